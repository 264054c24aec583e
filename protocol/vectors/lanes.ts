import type { CompactSignature, Hex, RequestCommitment, ResponseCommitment } from "../src/commitment-types.ts";
import type { ErrorCode } from "../src/error-codes.ts";
import { hexToBytes } from "../src/hex.ts";
import { advance, EMPTY_LANE, type LaneState, nextRequestFields } from "../src/lane.ts";
import { signDigest } from "../src/signatures.ts";
import { VALUES } from "./commitments.ts";
import { HASHERS, PARTIES, type Party, repeated } from "./parties.ts";

/** What a pair is judged to be. */
interface Verdict {
  /** Of client and executor, who know the lane; null: nothing is wrong. */
  readonly problem: ErrorCode | null;
  /** Of the contract, for which the lane is new: a member of its `Rejection`. "None": its terms are met. */
  readonly rejection: string;
}

export interface LaneVector extends Verdict {
  readonly name: string;
  /** The lane before the request. */
  readonly state: LaneState;
  readonly request: RequestCommitment;
  readonly requestHash: Hex;
  readonly clientSignature: CompactSignature;
  readonly response: ResponseCommitment;
  readonly responseHash: Hex;
  readonly executorSignature: CompactSignature;
}

interface Changes {
  readonly request?: Partial<RequestCommitment>;
  readonly response?: Partial<ResponseCommitment>;
  readonly clientKey?: Party;
  readonly executorKey?: Party;
  readonly hasher?: (typeof HASHERS)[keyof typeof HASHERS];
}

const ACCEPTED: Verdict = { problem: null, rejection: "None" };
const FAILED = 0n;
const CANCELLED = 3n;

/** Tokens of one honest answer at prices of 1 and 4 base units per token. */
interface Answer {
  readonly name: string;
  readonly inboundTokens: bigint;
  readonly outboundTokens: bigint;
  readonly finishReason: bigint;
  readonly cost: bigint;
}
const ANSWERS: readonly Answer[] = [
  { name: "first answer", inboundTokens: 10n, outboundTokens: 20n, finishReason: 1n, cost: 90n },
  { name: "second answer", inboundTokens: 33n, outboundTokens: 100n, finishReason: 2n, cost: 433n },
  { name: "failed answer, which costs nothing", inboundTokens: 5n, outboundTokens: 1n, finishReason: FAILED, cost: 0n },
  { name: "cancelled answer", inboundTokens: 50n, outboundTokens: 0n, finishReason: CANCELLED, cost: 50n },
];

const sign = (digest: Hex, { secret }: Party): CompactSignature => signDigest(digest, hexToBytes(secret));

const requestAfter = (state: LaneState): RequestCommitment => ({
  ...VALUES.LlmRequestCommitment.typical,
  maxInboundTokens: 100n,
  maxOutboundTokens: 200n,
  inboundPrice: 1_000_000n,
  outboundPrice: 4_000_000n,
  ...nextRequestFields(state),
  costCap: state.cost + 900n,
});

function responseAfter(state: LaneState, answer: Answer): Omit<ResponseCommitment, "requestHash"> {
  const { requestHash: _, ...typical } = VALUES.LlmResponseCommitment.typical;
  return {
    ...typical,
    inboundTokens: answer.inboundTokens,
    outboundTokens: answer.outboundTokens,
    cumulativeCost: state.cost + answer.cost,
    cumulativeInbound: state.inbound + answer.inboundTokens,
    cumulativeOutbound: state.outbound + answer.outboundTokens,
    finishReason: answer.finishReason,
  };
}

/** One signed pair: an honest answer, with changes that both signed. */
function pair(
  state: LaneState,
  answer: Answer,
  verdict: Verdict & { name: string },
  changes: Changes = {},
): LaneVector {
  const signed = changes.hasher ?? HASHERS.main;
  const request = { ...requestAfter(state), ...changes.request };
  const requestHash = HASHERS.main.hashRequest(request);
  const response = { requestHash, ...responseAfter(state, answer), ...changes.response };
  return {
    name: verdict.name,
    problem: verdict.problem,
    rejection: verdict.rejection,
    state,
    request,
    requestHash,
    clientSignature: sign(signed.hashRequest(request), changes.clientKey ?? PARTIES.client),
    response,
    responseHash: HASHERS.main.hashResponse(response),
    executorSignature: sign(signed.hashResponse(response), changes.executorKey ?? PARTIES.executor),
  };
}

/** Pairs of the lane's first answer with one thing wrong, as [name, problem, rejection, changes]. */
const WRONG: readonly (readonly [string, ErrorCode | null, string, Changes])[] = [
  ["a stranger signed the request", "SIGNATURE_INVALID", "ClientSignature", { clientKey: PARTIES.stranger }],
  ["a stranger signed the response", "SIGNATURE_INVALID", "ExecutorSignature", { executorKey: PARTIES.stranger }],
  ["the executor signed the request", "SIGNATURE_INVALID", "ClientSignature", { clientKey: PARTIES.executor }],
  ["signed for another contract", "SIGNATURE_INVALID", "ClientSignature", { hasher: HASHERS.otherContract }],
  ["signed for another chain", "SIGNATURE_INVALID", "ClientSignature", { hasher: HASHERS.otherChain }],
  ["nonce 0", "LANE_OUT_OF_STEP", "Nonce", { request: { nonce: 0n } }],
  ["a nonce left out, which the contract cannot know", "LANE_OUT_OF_STEP", "None", { request: { nonce: 2n } }],
  [
    "acknowledges an answer that was not given, which the contract cannot know",
    "LANE_OUT_OF_STEP",
    "None",
    { request: { prevResponseHash: repeated(1) } },
  ],
  ["acknowledges a cost without an answer", "LANE_OUT_OF_STEP", "CostArithmetic", { request: { ackedCost: 1n } }],
  ["a cap below the worst case, yet not exceeded", "REQUEST_INVALID", "None", { request: { costCap: 90n } }],
  ["above the cap", "REQUEST_INVALID", "CostCap", { request: { costCap: 89n } }],
  ["answers another request", "RESPONSE_INVALID", "RequestHash", { response: { requestHash: repeated(2) } }],
  [
    "one prompt token too many",
    "RESPONSE_INVALID",
    "InboundTokens",
    { response: { inboundTokens: 101n, cumulativeInbound: 101n, cumulativeCost: 181n } },
  ],
  [
    "one answer token too many",
    "RESPONSE_INVALID",
    "OutboundTokens",
    { response: { outboundTokens: 201n, cumulativeOutbound: 201n, cumulativeCost: 814n } },
  ],
  ["a finish reason that is none", "RESPONSE_INVALID", "FinishReason", { response: { finishReason: 4n } }],
  ["one unit too dear", "RESPONSE_INVALID", "CostArithmetic", { response: { cumulativeCost: 91n } }],
  ["one unit too cheap", "RESPONSE_INVALID", "CostArithmetic", { response: { cumulativeCost: 89n } }],
  ["a failure that costs", "RESPONSE_INVALID", "CostArithmetic", { response: { finishReason: FAILED } }],
  [
    "a wrong count for the lane, which moves no money",
    "RESPONSE_INVALID",
    "None",
    { response: { cumulativeInbound: 11n } },
  ],
];

/** lanes.json: a whole honest lane, and pairs that are refused. */
export function laneVectors(): { honest: LaneVector[]; wrong: LaneVector[] } {
  const honest: LaneVector[] = [];
  let state = EMPTY_LANE;
  for (const answer of ANSWERS) {
    const vector = pair(state, answer, { ...ACCEPTED, name: answer.name });
    honest.push(vector);
    state = advance(state, vector.response, vector.responseHash);
  }
  const [first] = ANSWERS;
  const wrong =
    first === undefined
      ? []
      : WRONG.map(([name, problem, rejection, changes]) =>
          pair(EMPTY_LANE, first, { name, problem, rejection }, changes),
        );
  return { honest, wrong };
}
