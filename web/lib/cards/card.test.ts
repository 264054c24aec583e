import { expect, test } from "vitest";
import { seeded } from "../../../protocol/test/seeded.ts";
import type { Executor, SettlementRow } from "../rows.ts";
import { cardText, disputeCard, executorCard, settlementCard } from "./card.ts";
import { originOf } from "./card-metadata.ts";

const TOKEN = { symbol: "tUSD", decimals: 18 };
const random = seeded(11);
const executor = {
  ...{ address: random.address(), earned: 2n ** 96n - 1n, requests: 12_345n, stake: 5n * 10n ** 18n },
  ...{ grade: null, jailedUntil: null, disputesLost: 0 },
} as unknown as Executor;

test("amounts of 2^96 and of 18 decimals stand on a card whole", () => {
  const card = executorCard(executor, TOKEN, 100);
  expect(card.facts.map(([, value]) => value)).toEqual([
    ...["79,228,162,514.264337593543950335 tUSD", "12,345", "5.00 tUSD", "none yet"],
  ]);
  const paid = { ...executor, ...{ paid: 2n ** 96n - 1n, requests: 1n, inboundTokens: 1n, outboundTokens: 2n } };
  const row = { ...paid, executorAddress: random.address(), clientAddress: random.address(), timestamp: 0 };
  expect(settlementCard(row as unknown as SettlementRow, { symbol: "x", decimals: 0 }).title).toBe(
    "79,228,162,514,264,337,593,543,950,335 x",
  );
});

test("what speaks against an executor stands first: jail, then lost disputes", () => {
  expect(executorCard(executor, TOKEN, 100).danger).toBeUndefined();
  expect(executorCard({ ...executor, disputesLost: 2 }, TOKEN, 100).danger).toBe("Lost 2 disputes");
  expect(executorCard({ ...executor, disputesLost: 2, jailedUntil: 101 }, TOKEN, 100).danger).toBe("In jail");
  expect(executorCard({ ...executor, jailedUntil: 100 }, TOKEN, 100).danger).toBeUndefined();
});

test("a dispute is told by its kind and its end", () => {
  const row = {
    ...{ offence: "EQUIVOCATION", state: "PROVEN", executorAddress: random.address(), challenger: random.address() },
    ...{ atStake: 0n, closedAt: 60, timestamp: 60 },
  } as unknown as Parameters<typeof disputeCard>[0];
  expect(disputeCard(row, TOKEN)).toMatchObject({
    ...{ kind: "Dispute: Two answers", title: "Proven", danger: "Against the executor" },
  });
});

test("nothing is drawn for which the font would have to be fetched, and nothing without end", () => {
  expect(cardText("織 \u202e😀 0x12…ab · −1½")).toBe("? ?? 0x12…ab · −1½");
  expect(cardText("x".repeat(1_000))).toHaveLength(61);
});

test("a picture's address is of the host that was asked, if that is one", () => {
  expect(originOf("explorer.example", "https")?.href).toBe("https://explorer.example/");
  expect(originOf("127.0.0.1:3000", null)?.href).toBe("http://127.0.0.1:3000/");
  expect(originOf("[::1]:3000", null)?.href).toBe("http://[::1]:3000/");
  for (const host of [null, "", "a/b", "a@b", 'a"b', "a b"]) expect(originOf(host, "https")).toBeUndefined();
});
