import { TypedDataEncoder } from "ethers";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../canonical.ts";
import type { CommitmentDomain } from "../commitments.ts";
import { createCommitmentHasher } from "../commitments.ts";
import { addressFromPublicKey } from "../hex.ts";
import { recoverAddress, recoverPublicKey, signDigest } from "../signatures.ts";
import { readSheet, SHEET_LIMITS, SHEETS, type SheetJson, type SheetKind } from "./sheets.ts";
import { hashObservedSheet, hashSheetContent, OBSERVED_SHEET_TYPE } from "./signed-sheet.ts";

const domain: CommitmentDomain = { chainId: 31337n, accounting: "0x5fbdb2315678afecb367f032d93f642f64180aa3" };
const hasher = createCommitmentHasher(domain);
const judge = { hasher, recover: recoverAddress };
const secret = new Uint8Array(32).fill(7);
const DIGEST = `0x${"11".repeat(32)}` as const;
const observer = addressFromPublicKey(recoverPublicKey(DIGEST, signDigest(DIGEST, secret)) ?? new Uint8Array());

const CONTENT: SheetJson<"models"> = {
  models: [
    {
      ...{ model: "tiny", executors: 2, up: 1, firstResponseMs: 12.5 },
      cheapest: { executor: observer, inboundPrice: "100000", outboundPrice: "400000", maxContext: "2048" },
    },
  ],
  left: 0,
};

function signed(content: JsonValue, at = hasher) {
  const sheet = { observer, kind: "models", observedAt: 1_800_000_000n };
  const digest = hashObservedSheet(at, { ...sheet, contentHash: hashSheetContent(content) });
  return { ...sheet, observedAt: 1_800_000_000, content, signature: signDigest(digest, secret) };
}

describe("an observer's sheet", () => {
  it("is signed as wallets sign typed data", () => {
    const sheet = { observer, kind: "models", observedAt: 5n, contentHash: hashSheetContent(CONTENT) };
    const { chainId, accounting } = domain;
    const of = { name: "Lloom", version: "2", chainId, verifyingContract: accounting };
    const types = { ObservedSheet: OBSERVED_SHEET_TYPE.map((field) => ({ ...field })) };
    expect(hashObservedSheet(hasher, sheet)).toBe(TypedDataEncoder.hash(of, types, sheet));
  });

  it("is read with whose word it is, its amounts as integers, whatever the order of its keys", () => {
    const { models, left } = CONTENT;
    const sent = JSON.parse(JSON.stringify({ ...signed(CONTENT), content: { left, models } }));
    expect(readSheet("models", sent, judge)).toMatchObject({
      ...{ observer, observedAt: 1_800_000_000 },
      content: { models: [{ cheapest: { inboundPrice: 100_000n, maxContext: 2_048n }, firstResponseMs: 12.5 }] },
    });
  });

  it.each<[string, object]>([
    ["a figure was changed", { content: { ...CONTENT, left: 1 } }],
    ["it names another observer", { observer: `0x${"22".repeat(20)}` }],
    ["its time was changed", { observedAt: 1_800_000_001 }],
    ["its time is none that can be signed", { observedAt: 2 ** 40 }],
    ["it is of another kind", { kind: "book" }],
    ["its signature is none", { signature: { r: DIGEST, vs: DIGEST } }],
    ["it was signed for another deployment", signed(CONTENT, createCommitmentHasher({ ...domain, chainId: 1n }))],
    ["it is not in its form, however well signed", signed({ ...CONTENT, left: -1 })],
  ])("is not read when %s", (_, change) => {
    expect(readSheet("models", { ...signed(CONTENT), ...change }, judge)).toBeUndefined();
  });

  it.each([undefined, null, "book", [], { content: {} }])("is not read out of %j", (value) => {
    expect(readSheet("models", value, judge)).toBeUndefined();
  });
});

const HASH = `0x${"ab".repeat(32)}` as const;
const TERMS = { inboundPrice: "100000", outboundPrice: "9".repeat(29), maxContext: "2048" };
const HEALTH = {
  ...{ isUp: true, sampledAt: 1_800_000_000, connectMs: 0, responseMs: 3_600_000 },
  ...{ dayCalls: 1_440, dayUptime: 0, weekCalls: 2 ** 40, weekUptime: 1 },
};

/** One of each kind, with everything that it can say. */
const WHOLE: { readonly [Kind in SheetKind]: SheetJson<Kind> } = {
  book: {
    offers: [
      {
        offer: {
          ...{ executor: observer, model: "tiny", weightsHash: HASH, profileHash: HASH },
          ...{ offerId: "7", validUntil: "1800000120", ...TERMS },
        },
        signature: { r: HASH, vs: HASH },
        ...{ evidence: "trace", capacity: 4, load: 0, heardAt: 1_800_000_000, health: HEALTH },
      },
    ],
    left: 3,
  },
  models: CONTENT,
  executors: {
    executors: [{ executor: observer, models: 1, cheapest: { model: "tiny", ...TERMS }, health: HEALTH }],
    left: 0,
  },
  prices: {
    modelHash: HASH,
    changes: [{ executor: observer, at: 1_800_000_000, terms: { ...TERMS, capacity: 4 } }],
    left: 0,
  },
  uptime: { executor: observer, hours: [{ hour: 499_999, calls: 60, answered: 59, connectMs: 1.5, responseMs: 20 }] },
};
const KINDS = Object.keys(WHOLE) as readonly SheetKind[];
const ROWS = { book: "offers", models: "models", executors: "executors", prices: "changes", uptime: "hours" } as const;

/** The same with what `change` makes of the value at each path, once for each of them. */
function* changed(value: unknown, change: (leaf: unknown) => unknown, path = ""): Generator<[string, unknown]> {
  yield [path, change(value)];
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value))
    for (const [at, next] of changed(inner, change, `${path}.${key}`))
      yield [at, Array.isArray(value) ? [next] : { ...value, [key]: next }];
}

const isRead = (kind: SheetKind, value: unknown): boolean => SHEETS[kind].safeParse(value).success;

describe("the form of a sheet", () => {
  it.each(KINDS)("keeps all that it can say: %s", (kind) => {
    const read = SHEETS[kind].parse(WHOLE[kind]);
    const amounts = new Set(["offerId", "validUntil", "inboundPrice", "outboundPrice", "maxContext"]);
    const expected = JSON.parse(JSON.stringify(WHOLE[kind]), (key, value) =>
      amounts.has(key) ? BigInt(value) : value,
    );
    expect(read).toEqual(expected);
  });

  it.each(KINDS)("wants every field, and each in its own form: %s", (kind) => {
    for (const wrong of [undefined, {}, "no such word", -1, []])
      for (const [path, value] of changed(WHOLE[kind], () => wrong)) {
        // An empty list says that there is nothing.
        if (Array.isArray(wrong) && path === `.${ROWS[kind]}`) continue;
        // Names are any text.
        if (wrong === "no such word" && path.endsWith(".model")) continue;
        expect(isRead(kind, value), `${path} as ${JSON.stringify(wrong)}`).toBe(false);
      }
  });

  it.each(KINDS)("takes no number beyond its bound: %s", (kind) => {
    const beyond = (value: unknown): unknown => (typeof value === "number" ? 2 ** 41 : value);
    const digits = (value: unknown): unknown => (/^\d+$/.test(String(value)) ? "1".repeat(30) : value);
    for (const change of [beyond, digits])
      for (const [path, value] of changed(WHOLE[kind], change)) {
        if (JSON.stringify(value) === JSON.stringify(WHOLE[kind])) continue;
        expect(isRead(kind, value), path).toBe(false);
      }
  });

  it.each(KINDS)("takes as many rows as its limit, and none more: %s", (kind) => {
    const rows: readonly unknown[] = Object.values(WHOLE[kind]).find(Array.isArray) ?? [];
    const of = (count: number) => ({ ...WHOLE[kind], [ROWS[kind]]: Array(count).fill(rows[0]) });
    const limit =
      SHEET_LIMITS[kind === "book" ? "offers" : kind === "prices" ? "changes" : kind === "uptime" ? "hours" : kind];
    expect([isRead(kind, of(limit)), isRead(kind, of(limit + 1))]).toEqual([true, false]);
  });

  it("has nothing where nothing was measured, and both kinds of evidence", () => {
    const [row] = WHOLE.book.offers;
    const nothing = { connectMs: null, responseMs: null, dayUptime: null, weekUptime: null };
    for (const change of [{ health: null }, { evidence: "text" }, { health: { ...HEALTH, ...nothing } }])
      expect(isRead("book", { ...WHOLE.book, offers: [{ ...row, ...change }] })).toBe(true);
    expect(isRead("prices", { ...WHOLE.prices, changes: [{ executor: observer, at: 0, terms: null }] })).toBe(true);
    const model = { ...{ model: "tiny", executors: 0, up: 0 }, cheapest: null, firstResponseMs: null };
    expect(isRead("models", { models: [model], left: 0 })).toBe(true);
    expect(
      isRead("executors", { executors: [{ executor: observer, models: 0, cheapest: null, health: null }], left: 0 }),
    ).toBe(true);
  });
});
