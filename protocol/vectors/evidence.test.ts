import { describe, expect, it } from "vitest";
import type { Hex } from "../src/commitment-types.ts";
import { EvidenceCollector } from "../src/evidence-collector.ts";
import type { EvidenceItem, LeafRange } from "../src/evidence-messages.ts";
import { decodeEvidenceAsk, decodeEvidencePart } from "../src/evidence-wire.ts";
import { hexToBytes } from "../src/hex.ts";
import { hashProfile } from "../src/profile.ts";
import { recoverAddress } from "../src/signatures.ts";
import { evidenceVectors } from "./evidence.ts";
import { HASHERS, PARTIES } from "./parties.ts";

interface Exchange {
  readonly requestHash: Hex;
  readonly responseHash: Hex;
  readonly items: readonly EvidenceItem[];
  readonly ranges?: readonly LeafRange[];
  readonly parts: readonly Hex[];
}

/** What somebody who asked makes of the frames. */
function collect({ requestHash, responseHash, items, ranges, parts }: Exchange) {
  const ask = { requestHash, items: [...items], ...(ranges === undefined ? {} : { ranges: [...ranges] }) };
  const collector = new EvidenceCollector({ hasher: HASHERS.main, ask, responseHash });
  for (const part of parts) collector.take(decodeEvidencePart(hexToBytes(part)));
  return collector.result();
}
const { asks, wrongAsks, answers, wrongAnswers } = evidenceVectors();

describe("evidence.json", () => {
  it.each(asks)("has the question $cbor", ({ message, cbor }) => {
    expect(decodeEvidenceAsk(hexToBytes(cbor))).toEqual(message);
  });

  it.each(wrongAsks)("has no question with $why", ({ cbor }) => {
    expect(() => decodeEvidenceAsk(hexToBytes(cbor))).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
  });

  it.each(answers)("has an answer: $name", (answer) => {
    const { evidence, signatures } = collect(answer);
    for (const item of answer.items) expect(evidence[item] === undefined).toBe(evidence.lacks.has(item));
    for (const { by, digest, signature } of signatures)
      expect(recoverAddress(digest, signature)).toBe(PARTIES[by].address);
    if (answer.name === "a prompt with its profile")
      expect(hashProfile(evidence.prompt?.profile)).toBe(evidence.prompt?.profileHash);
    if (answer.ranges !== undefined) expect(evidence.trace?.leaves.map(({ index }) => index)).toEqual([1, 2, 4]);
  });

  it.each(wrongAnswers)("has no answer with $name", ({ code, ...answer }: Exchange & { code?: string }) => {
    expect(() => collect(answer)).toThrow(expect.objectContaining({ code }));
  });
});
