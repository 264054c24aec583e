/** What signed hashes say of evidence. Each function tells what is wrong, or `undefined`. */
import { hashContent } from "./canonical.ts";
import type { Hex, Receipt, RequestCommitment, ResponseCommitment } from "./commitment-types.ts";
import type { CommitmentHasher } from "./commitments.ts";
import { asLloomError } from "./lloom-error.ts";
import { deliveryHash, type PlacedLeaf, rootByProof } from "./merkle.ts";
import { decodeTraceLeaf, type TraceLeaf, traceRoot } from "./trace.ts";

/** Answers about a request belong together by their digests; who signed them is asked apart. */
export function receiptProblem(
  hasher: Pick<CommitmentHasher, "hashRequest" | "hashResponse">,
  { request, response }: Pick<Receipt, "request" | "response">,
  expected: { readonly requestHash: Hex; readonly responseHash?: Hex | undefined },
): string | undefined {
  const { requestHash, responseHash } = expected;
  if (hasher.hashRequest(request) !== requestHash || response.requestHash !== requestHash)
    return "the receipt is about another request.";
  if (responseHash !== undefined && hasher.hashResponse(response) !== responseHash)
    return "the receipt is another response.";
  return undefined;
}

/** A text against both hashes that an executor signs over it. */
export function textProblem(
  response: Pick<ResponseCommitment, "deliveryHash" | "contentHash">,
  { contentSalt, bytes }: { readonly contentSalt: Hex; readonly bytes: Uint8Array },
): string | undefined {
  if (deliveryHash(bytes) !== response.deliveryHash) return "deliveryHash is not that of the text.";
  // What is not UTF-8 has no content of which it could be the bytes.
  if (hashContent(contentSalt, new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)) !== response.contentHash)
    return "contentHash is not that of the text and salt.";
  return undefined;
}

/** A whole trace, read; or what is wrong with it. */
export function openTrace(
  response: Pick<ResponseCommitment, "traceRoot">,
  leaves: readonly Uint8Array[],
): readonly TraceLeaf[] | string {
  if (traceRoot(leaves) !== response.traceRoot) return "traceRoot is not that of the leaves.";
  return readAll(leaves.map((leaf, index) => ({ leaf, index })));
}

/** Leaves with proofs, read; or what is wrong with them. */
export function openLeaves(
  response: Pick<ResponseCommitment, "traceRoot">,
  placed: readonly PlacedLeaf[],
): readonly TraceLeaf[] | string {
  if (placed.some((leaf) => rootByProof(leaf) !== response.traceRoot))
    return "a leaf's proof does not lead to traceRoot.";
  return readAll(placed);
}

/** What the executor signed may still be no trace: then that is what there is to see. */
function readAll(placed: readonly Pick<PlacedLeaf, "leaf" | "index">[]): readonly TraceLeaf[] | string {
  const read: TraceLeaf[] = [];
  for (const { leaf, index } of placed) {
    try {
      const found = decodeTraceLeaf(leaf);
      if (found.index !== index) return `leaf ${index} says that it is leaf ${found.index}.`;
      read.push(found);
    } catch (thrown) {
      return `leaf ${index} cannot be read: ${asLloomError(thrown).message}`;
    }
  }
  return read;
}

/** The rule of `rebutByRequest`: a later request of the lane acknowledges what it builds on. */
export function laterRequestProblem(
  { request, response }: Pick<Receipt, "request" | "response">,
  later: RequestCommitment,
  responseHash: Hex,
): string | undefined {
  const isSameLane =
    later.client === request.client && later.executor === request.executor && later.lane === request.lane;
  if (!isSameLane || later.nonce <= request.nonce) return "the later request is none of this lane.";
  return later.prevResponseHash === responseHash || later.ackedCost >= response.cumulativeCost
    ? undefined
    : "the later request does not acknowledge the answer.";
}
