import { type Address, type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { profileText } from "@lloom/protocol/profile";
import { expect, it } from "vitest";
import { recordingLog } from "../../../../test/support/hosts.ts";
import { NOW, offer } from "../../../../test/support/tiny-offer.ts";
import { NamedVocabularies } from "./named-vocabularies.ts";

const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const hash = (byte: string): Hex => `0x${byte.repeat(32)}`;
const WEIGHTS = hash("c1");
const naming = (executor: Address, vocabulary: Hex | undefined, weightsHash = WEIGHTS) => ({
  ...offer(executor, { weightsHash }),
  profile: profileText({ backend: "llama.cpp", maxContext: 512, evidence: "text", vocabulary }),
});

it("one vocabulary for the same weights is agreed on, however many name it", () => {
  const { log, lines } = recordingLog();
  const named = new NamedVocabularies(log);
  named.note(naming(A, hash("d1")), NOW);
  named.note(naming(B, hash("d1")), NOW);
  named.note(naming(B, undefined), NOW);
  named.note(naming(B, hash("d2"), hash("c2")), NOW);
  named.note(offer(B, { weightsHash: WEIGHTS }), NOW);
  expect(named.isDisputed(WEIGHTS, NOW)).toBe(false);
  expect(lines).toEqual([]);
});

it("two are told once, with who names them, and again when it happens again", () => {
  const { log, lines } = recordingLog();
  const named = new NamedVocabularies(log);
  for (let round = 0; round < 3; round++) {
    named.note(naming(A, hash("d1")), NOW + round);
    named.note(naming(B, hash("d2")), NOW + round);
  }
  expect(named.isDisputed(WEIGHTS, NOW)).toBe(true);
  expect(lines).toEqual([
    expect.objectContaining({ weightsHash: WEIGHTS, vocabularies: [hash("d1"), hash("d2")], executors: [A, B] }),
  ]);
  const later = NOW + 600_001;
  named.note(naming(A, hash("d1")), later);
  expect(named.isDisputed(WEIGHTS, later)).toBe(true);
  expect(named.isDisputed(WEIGHTS, later + 10)).toBe(false);
  named.note(naming(B, hash("d2")), later + 10);
  expect(lines).toHaveLength(2);
});

it("weights that nobody knows have as many as they like", () => {
  const { log, lines } = recordingLog();
  const named = new NamedVocabularies(log);
  named.note(naming(A, hash("d1"), ZERO_HASH), NOW);
  named.note(naming(B, hash("d2"), ZERO_HASH), NOW);
  expect([named.isDisputed(ZERO_HASH, NOW), lines]).toEqual([false, []]);
});
