import { expect, it } from "vitest";
import { hasher, other, parties, staged } from "../test/collected-evidence.ts";
import { laterRequest, stageEvidence } from "../test/staged-evidence.ts";
import { hashContent } from "./canonical.ts";
import { laterRequestProblem, openLeaves, openTrace, receiptProblem, textProblem } from "./evidence-check.ts";
import { deliveryHash, merkleProof } from "./merkle.ts";
import { encodeTraceLeaf, traceRoot } from "./trace.ts";

const { receipt, requestHash, responseHash } = staged;
const OTHER_HASH = other.responseHash;

it("a response belongs to the request that it names, whether a dispute names the response or not", () => {
  expect(receiptProblem(hasher, receipt, { requestHash })).toBeUndefined();
  expect(receiptProblem(hasher, receipt, { requestHash, responseHash })).toBeUndefined();
  expect(receiptProblem(hasher, receipt, { requestHash, responseHash: OTHER_HASH })).toContain("another response");
  for (const changed of [{ request: other.receipt.request }, { response: other.receipt.response }])
    expect(receiptProblem(hasher, { ...receipt, ...changed }, { requestHash })).toContain("another request");
});

it("a text keeps its byte order mark, which its hashes were taken over", () => {
  const marked = stageEvidence({ ...parties, text: "\uFEFFA cat." });
  expect(textProblem(marked.receipt.response, marked.held.text)).toBeUndefined();
});

it("a text is its bytes, also where others read the same", () => {
  const { contentSalt } = staged.held.text;
  const [whole, broken] = [new TextEncoder().encode("\uFFFD"), Uint8Array.of(0xff)];
  const signed = { deliveryHash: deliveryHash(whole), contentHash: hashContent(contentSalt, "\uFFFD") };
  expect(textProblem(signed, { contentSalt, bytes: whole })).toBeUndefined();
  expect(textProblem(signed, { contentSalt, bytes: broken })).toContain("deliveryHash");
});

it("each hash that does not fit is named", () => {
  const { text } = staged.held;
  expect(textProblem(receipt.response, { ...text, contentSalt: OTHER_HASH })).toContain("contentHash");
  expect(openTrace(receipt.response, staged.leaves.slice(1))).toContain("traceRoot");
  const [leaf] = staged.leaves as [Uint8Array];
  const placed = { leaf, index: 0, total: staged.leaves.length, proof: merkleProof(staged.leaves, 0) };
  expect(openLeaves(receipt.response, [placed])).toHaveLength(1);
  expect(openLeaves(receipt.response, [{ ...placed, proof: placed.proof.toReversed() }])).toContain("traceRoot");
});

it("what was signed as a leaf and is none is told with the reason", () => {
  const leaves = [...staged.leaves.slice(0, 2), Uint8Array.of(9)];
  expect(openTrace({ traceRoot: traceRoot(leaves) }, leaves)).toMatch(/^leaf 2 cannot be read: No leaf of a trace/);
});

it("a leaf lies where it says that it does, whoever signed its root", () => {
  const [first, second] = [0, 1].map((index) => encodeTraceLeaf({ token: 7, logprob: -1, likeliest: [] }, index));
  const opened = (...leaves: (Uint8Array | undefined)[]) => {
    const all = leaves.filter((leaf) => leaf !== undefined);
    return openTrace({ traceRoot: traceRoot(all) }, all);
  };
  expect(opened(first, second)).toHaveLength(2);
  expect(opened(second, first)).toContain("leaf 0 says that it is leaf 1");
});

it("a later request acknowledges by what it builds on, or by what it has paid, and no earlier one does", () => {
  const { request: later } = laterRequest(parties, staged);
  const problemOf = (change: Partial<typeof later>) =>
    laterRequestProblem(receipt, { ...later, ...change }, responseHash);
  expect(problemOf({})).toBeUndefined();
  expect(problemOf({ ackedCost: 0n })).toBeUndefined();
  expect(problemOf({ prevResponseHash: OTHER_HASH })).toBeUndefined();
  const unpaid = { prevResponseHash: OTHER_HASH, ackedCost: receipt.response.cumulativeCost - 1n };
  expect(problemOf(unpaid)).toContain("does not acknowledge");
  expect(problemOf({ nonce: receipt.request.nonce })).toContain("none of this lane");
  const elsewhere = [{ lane: later.lane + 1n }, { client: later.executor }, { executor: later.client }];
  for (const change of elsewhere) expect(problemOf(change)).toContain("none of this lane");
});
