import type { Address } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { type Competitor, standingsOf } from "./competition.ts";

const key = (digit: string): Address => `0x${digit.repeat(40)}`;
const OWN = key("a");
const competitor = (
  executor: Address,
  price: bigint,
  given: Partial<Competitor> = {},
  maxContext = 8_192n,
): Competitor => ({
  offer: { executor, model: "tiny", inboundPrice: price, outboundPrice: price * 4n, maxContext },
  ...{ stake: 100n, hasCheated: false, load: 0, capacity: 4 },
  ...given,
});
const ofOwn = (...among: Competitor[]) => standingsOf(OWN, among)[0];

it("the cheapest with a stake is first for every question", () => {
  const standing = ofOwn(competitor(OWN, 100n), competitor(key("b"), 200n), competitor(key("c"), 10n, { stake: 0n }));
  expect(standing).toEqual({
    ...{ model: "tiny", offers: 3, eligible: 3, first: 3, questions: 3, lost: {}, rank: 1, next: undefined },
  });
});

it.each<[string, Competitor[], object]>([
  ["stake", [competitor(OWN, 100n, { stake: 0n })], { eligible: 0, lost: { stake: 3 }, rank: undefined }],
  ["a verdict", [competitor(OWN, 100n, { hasCheated: true })], { eligible: 0, lost: { verdict: 3 } }],
  ["context", [competitor(OWN, 100n, {}, 2_048n)], { eligible: 2, first: 2, lost: { context: 1 }, rank: 1 }],
  ["price", [competitor(OWN, 100n), competitor(key("b"), 80n)], { eligible: 3, first: 0, lost: { price: 3 }, rank: 2 }],
  [
    "load",
    [competitor(OWN, 100n, { load: 4 }), competitor(key("b"), 100n)],
    { eligible: 3, lost: { load: 3 }, rank: 1 },
  ],
])("says that it loses by %s", (_, among, expected) => {
  expect(ofOwn(...among)).toMatchObject(expected);
});

it("names the prices that bring it one place forward, and these do", () => {
  const others = [
    competitor(key("b"), 80_000n),
    competitor(key("c"), 50_000n),
    competitor(key("d"), 10_000n, { stake: 0n }),
  ];
  const before = ofOwn(competitor(OWN, 100_000n), ...others);
  expect(before?.rank).toBe(3);
  const { inboundPrice = 0n, outboundPrice = 0n } = before?.next ?? {};
  expect([inboundPrice, outboundPrice].map((price) => price > 0n)).toEqual([true, true]);
  const own = competitor(OWN, 0n);
  const lowered = { ...own, offer: { ...own.offer, inboundPrice, outboundPrice } };
  expect(ofOwn(lowered, ...others)?.rank).toBe(2);
});

it("knows nothing of an executor that offers nothing", () => {
  expect(standingsOf(OWN, [competitor(key("b"), 80n)])).toEqual([]);
});
