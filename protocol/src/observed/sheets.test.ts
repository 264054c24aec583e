import { TypedDataEncoder } from "ethers";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../canonical.ts";
import type { CommitmentDomain } from "../commitments.ts";
import { createCommitmentHasher } from "../commitments.ts";
import { addressFromPublicKey } from "../hex.ts";
import { recoverAddress, recoverPublicKey, signDigest } from "../signatures.ts";
import { readSheet, type SheetJson } from "./sheets.ts";
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
