/**
 * What may follow what in a lane. Both sides keep the same state and judge by the same functions: the client before it
 * accepts an answer, the executor before it works and before it signs.
 *
 * Everything that passes here passes the contract's `_checkTerms`. Two rules are narrower than the contract's, because
 * both sides know the lane's whole past and the contract knows only what was settled: nonces have no gaps, and the
 * counters add up exactly. Signatures, money in the channel and the clock are not judged here.
 */
import { type Hex, type RequestCommitment, type ResponseCommitment, ZERO_HASH } from "./commitment-types.ts";
import { costUp } from "./costs.ts";
import type { ErrorCode } from "./error-codes.ts";
import { accountingV2Facts } from "./generated/facts.ts";

/** A lane after its last signed answer. */
export interface LaneState {
  /** Of the last answered request; 0 before the first. */
  readonly nonce: bigint;
  /** Base units: `cumulativeCost` of the last answer. */
  readonly cost: bigint;
  /** Prompt tokens so far. */
  readonly inbound: bigint;
  /** Answer tokens so far. */
  readonly outbound: bigint;
  /** Digest of the last response. */
  readonly responseHash: Hex;
}

/** Why a request or response does not fit, with a sentence for people. */
export interface LaneProblem {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A lane that nobody has used yet. */
export const EMPTY_LANE: LaneState = { nonce: 0n, cost: 0n, inbound: 0n, outbound: 0n, responseHash: ZERO_HASH };

/** Nonces are uint32: after this one a lane is full. */
const LAST_NONCE = 0xffff_ffffn;
/** `finishReason` of an answer that costs nothing, and the highest there is. */
const { FINISH_FAILED, FINISH_LAST } = accountingV2Facts;

/** Fields of the request that comes next; signing them acknowledges the answer before. */
export const nextRequestFields = (
  state: LaneState,
): Pick<RequestCommitment, "nonce" | "ackedCost" | "prevResponseHash"> => ({
  nonce: state.nonce + 1n,
  ackedCost: state.cost,
  prevResponseHash: state.responseHash,
});

/** Base units: most that a request's answer may cost, when it uses all the tokens that it may. */
export const worstCost = (
  request: Pick<RequestCommitment, "maxInboundTokens" | "maxOutboundTokens" | "inboundPrice" | "outboundPrice">,
): bigint =>
  costUp({
    inboundTokens: request.maxInboundTokens,
    outboundTokens: request.maxOutboundTokens,
    inboundPrice: request.inboundPrice,
    outboundPrice: request.outboundPrice,
  });

/**
 * Why a request does not continue the lane, or `undefined`. A cap below the worst case is refused too: the executor would
 * have to stop inside the token limits or work unpaid.
 */
export function requestProblem(state: LaneState, request: RequestCommitment): LaneProblem | undefined {
  const next = nextRequestFields(state);
  if (state.nonce >= LAST_NONCE) return outOfStep("The lane is full.");
  if (request.nonce !== next.nonce) {
    return outOfStep(`Request nonce ${request.nonce} does not follow nonce ${state.nonce} of the lane.`);
  }
  if (request.ackedCost !== next.ackedCost) {
    return outOfStep(`Request acknowledges a cost of ${request.ackedCost}; the lane stands at ${state.cost}.`);
  }
  if (request.prevResponseHash !== next.prevResponseHash) {
    return outOfStep("Request acknowledges another answer than the last one of the lane.");
  }
  const atMost = request.ackedCost + worstCost(request);
  if (request.costCap < atMost) {
    return {
      code: "REQUEST_INVALID",
      message: `costCap is ${request.costCap}, but the answer may bring the lane to ${atMost}.`,
    };
  }
  return undefined;
}

/** A response beside what it answers. */
export interface AnsweredRequest {
  /** The lane before this answer. */
  readonly state: LaneState;
  readonly request: RequestCommitment;
  /** Digest of `request`. */
  readonly requestHash: Hex;
  readonly response: ResponseCommitment;
}

/** Why a response is not a right answer to its request in this lane, or `undefined`. */
export const responseProblem = (answered: AnsweredRequest): LaneProblem | undefined =>
  termsProblem(answered) ?? counterProblem(answered.state, answered.response);

/** Why a response breaks its request's terms, or `undefined`: what can be said without knowing the lane, in the contract's order. */
export function termsProblem({
  request,
  requestHash,
  response,
}: Omit<AnsweredRequest, "state">): LaneProblem | undefined {
  const { inboundTokens, outboundTokens, finishReason, cumulativeCost } = response;
  if (response.requestHash !== requestHash) return wrong("Response names another request.");
  if (inboundTokens > request.maxInboundTokens) {
    return wrong(`Response counts ${inboundTokens} prompt tokens; at most ${request.maxInboundTokens} may be charged.`);
  }
  if (outboundTokens > request.maxOutboundTokens) {
    return wrong(
      `Response counts ${outboundTokens} answer tokens; at most ${request.maxOutboundTokens} may be charged.`,
    );
  }
  if (finishReason > FINISH_LAST) return wrong(`There is no finish reason ${finishReason}.`);
  const total = request.ackedCost + answerCost(request, response);
  if (cumulativeCost !== total) {
    return wrong(`Response says that the lane costs ${cumulativeCost}; by its tokens it is ${total}.`);
  }
  return total > request.costCap
    ? wrong(`Response brings the lane to ${total}, above the cap of ${request.costCap}.`)
    : undefined;
}

function counterProblem(state: LaneState, response: ResponseCommitment): LaneProblem | undefined {
  const inbound = state.inbound + response.inboundTokens;
  if (response.cumulativeInbound !== inbound) {
    return wrong(`Response counts ${response.cumulativeInbound} prompt tokens of the lane; they add up to ${inbound}.`);
  }
  const outbound = state.outbound + response.outboundTokens;
  if (response.cumulativeOutbound !== outbound) {
    return wrong(
      `Response counts ${response.cumulativeOutbound} answer tokens of the lane; they add up to ${outbound}.`,
    );
  }
  return undefined;
}

/** Base units: what one answer costs by its own counts; a failed one costs nothing. */
export function answerCost(
  request: Pick<RequestCommitment, "inboundPrice" | "outboundPrice">,
  response: Pick<ResponseCommitment, "inboundTokens" | "outboundTokens" | "finishReason">,
): bigint {
  if (response.finishReason === FINISH_FAILED) return 0n;
  const { inboundTokens, outboundTokens } = response;
  return costUp({
    inboundTokens,
    outboundTokens,
    inboundPrice: request.inboundPrice,
    outboundPrice: request.outboundPrice,
  });
}

/** The lane after a response that has no problem. */
export const advance = (state: LaneState, response: ResponseCommitment, responseHash: Hex): LaneState => ({
  nonce: state.nonce + 1n,
  cost: response.cumulativeCost,
  inbound: response.cumulativeInbound,
  outbound: response.cumulativeOutbound,
  responseHash,
});

const outOfStep = (message: string): LaneProblem => ({ code: "LANE_OUT_OF_STEP", message });
const wrong = (message: string): LaneProblem => ({ code: "RESPONSE_INVALID", message });

const SPOILING: readonly ErrorCode[] = ["LANE_OUT_OF_STEP", "LANE_BUSY"];

/** Whether an executor that refuses with this code sees the lane otherwise: it is of no more use. */
export const spoilsLane = (code: ErrorCode): boolean => SPOILING.includes(code);
