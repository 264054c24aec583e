import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonValue } from "@lloom/protocol/canonical";
import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { httpEndpoint } from "@lloom/protocol/http-endpoint";
import { SHEET_LIMITS } from "@lloom/protocol/observed/sheets";
import { hashObservedSheet, hashSheetContent } from "@lloom/protocol/observed/signed-sheet";
import { recoverAddress, signDigest } from "@lloom/protocol/signatures";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { nowSeconds } from "../clock.ts";
import { inObservedOrder, type ObservedExecutor, parseObservedSort } from "./executor-order.ts";
import { sheetOf } from "./read-sheet.ts";
import { stripOf } from "./uptime-strip.ts";
import { formatMs, formatShare, latencyThreshold, offeredPriceThreshold, uptimeThreshold } from "./words.ts";

const hasher = createCommitmentHasher({ chainId: 1n, accounting: `0x${"ab".repeat(20)}` });
const judge = { hasher, recover: recoverAddress };
const secret = new Uint8Array(32).fill(9);
const HASH = `0x${"11".repeat(32)}` as const;
const observer = recoverAddress(HASH, signDigest(HASH, secret)) as Address;

function signed(content: JsonValue, observedAt: number): object {
  const sheet = { observer, kind: "models", observedAt: BigInt(observedAt), contentHash: hashSheetContent(content) };
  const signature = signDigest(hashObservedSheet(hasher, sheet), secret);
  return { observer, kind: "models", observedAt, content, signature };
}

const CONTENT = { models: [], left: 3 };

describe("what an observer says", () => {
  /** By path: what is answered. */
  const answers = new Map<string, { readonly status?: number; readonly body: string }>();
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    const { status = 200, body } = answers.get(url) ?? { status: 404, body: "" };
    response.writeHead(status, { location: "/v1/good" }).end(body);
  });
  const read = (path: string, at = server) => {
    const endpoint = httpEndpoint(`http://127.0.0.1:${(at.address() as AddressInfo).port}`);
    if (endpoint === undefined) throw new RangeError("There is no such address.");
    return sheetOf({ observer: endpoint, kind: "models", path, judge });
  };
  beforeAll(async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    vi.restoreAllMocks();
    server.close();
  });

  it("is shown with whose word it is and from when, and asked for once by all who ask within a moment", async () => {
    const at = nowSeconds();
    answers.set("/v1/good", { body: JSON.stringify(signed(CONTENT, at)) });
    const seen = await Promise.all([read("/v1/good"), read("/v1/good")]);
    expect(seen[0]).toEqual({ state: "seen", observer, observedAt: at, content: CONTENT });
    expect(seen[1]).toEqual(seen[0]);
    expect(asked.filter((path) => path === "/v1/good")).toHaveLength(1);
  });

  it.each<[string, () => { readonly status?: number; readonly body: string }, string]>([
    [
      "changed",
      () => ({ body: JSON.stringify({ ...signed(CONTENT, nowSeconds()), content: { ...CONTENT, left: 4 } }) }),
      "invalid",
    ],
    ["no JSON", () => ({ body: "<html>" }), "invalid"],
    ["longer than it may be", () => ({ body: `"${"a".repeat(SHEET_LIMITS.bytes)}"` }), "invalid"],
    ["of an hour ago", () => ({ body: JSON.stringify(signed(CONTENT, nowSeconds() - 3_600)) }), "old"],
    ["of tomorrow", () => ({ body: JSON.stringify(signed(CONTENT, nowSeconds() + 86_400)) }), "old"],
    ["a failure", () => ({ status: 500, body: "{}" }), "silent"],
    ["a way elsewhere", () => ({ status: 302, body: "" }), "silent"],
  ])("is not shown where it is %s", async (name, answer, state) => {
    const path = `/v1/${encodeURIComponent(name)}`;
    answers.set(path, answer());
    expect(await read(path)).toEqual({ state });
  });

  it("is waited for by nobody again right after it failed", async () => {
    expect(await read("/v1/gone")).toEqual({ state: "silent" });
    answers.set("/v1/gone", { body: JSON.stringify(signed(CONTENT, nowSeconds())) });
    expect(await read("/v1/gone")).toEqual({ state: "silent" });
    expect(asked.filter((path) => path === "/v1/gone")).toHaveLength(1);
  });
});

describe("observed figures in words", () => {
  it("are rounded so that nothing is better than it is", () => {
    expect([0.3, 9.94, 12.4, 999.4, 1_250].map(formatMs)).toEqual(["0.3 ms", "9.9 ms", "12 ms", "999 ms", "1.25 s"]);
    expect([1, 0.99999, 0.5, 0].map(formatShare)).toEqual(["100 %", "99.9 %", "50.0 %", "0.0 %"]);
  });

  it("have a word at every threshold, and none where nothing was measured", () => {
    expect([300, 301, 1_001].map((ms) => latencyThreshold(ms)?.word)).toEqual(["quick", "fair", "slow"]);
    expect([0.998, 0.997, 0.95].map((share) => uptimeThreshold(share, 20).word)).toEqual([
      "steady",
      "fair",
      "unsteady",
    ]);
    expect(uptimeThreshold(1, 19).word).toBe("few calls");
    expect(latencyThreshold(undefined)).toBeUndefined();
    expect([10n, 30n, 80n].map((price) => offeredPriceThreshold(price, [10n, 30n, 80n])?.word)).toEqual([
      ...["low", "usual", "high"],
    ]);
    expect(offeredPriceThreshold(10n, [10n])).toBeUndefined();
  });
});

describe("executors in an observed order", () => {
  const row = (executor: Address, price: bigint | undefined, weekUptime: number | null): ObservedExecutor => ({
    ...{ executor, models: 1 },
    cheapest: price === undefined ? null : { model: "m", inboundPrice: price, outboundPrice: 0n, maxContext: 1n },
    health: {
      ...{ isUp: true, sampledAt: 1, connectMs: 1, responseMs: weekUptime === null ? null : 2 },
      ...{ dayCalls: 1, dayUptime: 1, weekCalls: 1, weekUptime },
    },
  });
  const rows = [row("0x01", 5n, 0.5), row("0x02", undefined, 1), row("0x03", 1n, null)];

  it("leave those out of whom nothing is known", () => {
    expect(inObservedOrder(rows, "now", "asc")).toEqual(["0x03", "0x01"]);
    expect(inObservedOrder(rows, "uptime", "desc")).toEqual(["0x02", "0x01"]);
    expect(inObservedOrder(rows, "latency", "asc")).toEqual(["0x01", "0x02"]);
  });

  it("are asked for by the address bar alone", () => {
    const sorts = ["uptime", "earned", "constructor"].map((sort) => parseObservedSort({ sort }));
    expect(sorts).toEqual(["uptime", undefined, undefined]);
  });
});

describe("an uptime strip", () => {
  it("tells an hour without a look from one without an answer", () => {
    const hour = (at: number, calls: number, answered: number) => ({
      ...{ hour: at * 3_600, calls, answered, connectMs: null, responseMs: null },
    });
    const strip = stripOf([hour(10, 3, 3), hour(11, 3, 1), hour(13, 2, 0), hour(2, 1, 1)], 13.5 * 3_600, 4);
    expect(strip.map(({ state }) => state)).toEqual(["up", "partly", "unknown", "down"]);
    expect(strip[0]?.hour).toBe(36_000);
  });
});
