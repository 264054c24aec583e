import { id, type TypedDataDomain, type Wallet } from "ethers";
import {
  costUp,
  encodeModel,
  hashRequest,
  hashResponse,
  NO_HASH,
  type RequestMessage,
  type ResponseMessage,
  type SignedPair,
  signDigest,
} from "./typed-data.ts";

/** Who signs what, and where. Session signers take the place of the wallets; the addresses stay the principals'. */
export interface LaneParties {
  readonly domain: TypedDataDomain;
  readonly client: Wallet;
  readonly executor: Wallet;
  /** Unix seconds, of every request. */
  readonly deadline: bigint;
  readonly lane?: bigint;
  readonly costCap?: bigint;
}

/** What both sides know after an answer; the next request acknowledges it. */
export interface LaneState {
  readonly nonce: bigint;
  readonly cost: bigint;
  readonly inbound: bigint;
  readonly outbound: bigint;
  readonly responseHash: string;
}

export const LANE_START: LaneState = { nonce: 0n, cost: 0n, inbound: 0n, outbound: 0n, responseHash: NO_HASH };

/** Base units per 1 000 000 tokens: $0.15 in, $0.60 out. */
export const INBOUND_PRICE = 150_000n;
export const OUTBOUND_PRICE = 600_000n;

export interface Answer {
  readonly inboundTokens: bigint;
  readonly outboundTokens: bigint;
}

export interface SignedAnswer {
  /** As signed, with the model's name. */
  readonly request: RequestMessage;
  readonly response: ResponseMessage;
  /** As the contract takes it. */
  readonly pair: SignedPair;
  readonly after: LaneState;
}

/** The request that acknowledges everything so far. */
export function requestAfter(parties: LaneParties, before: LaneState): RequestMessage {
  const nonce = before.nonce + 1n;
  return {
    client: parties.client.address,
    executor: parties.executor.address,
    model: "tiny-llama",
    promptHash: id(`prompt ${nonce}`),
    paramsHash: id("temperature 0"),
    maxInboundTokens: 8_192n,
    maxOutboundTokens: 4_096n,
    inboundPrice: INBOUND_PRICE,
    outboundPrice: OUTBOUND_PRICE,
    lane: parties.lane ?? 1n,
    nonce,
    ackedCost: before.cost,
    costCap: parties.costCap ?? before.cost + 1_000_000n,
    prevResponseHash: before.responseHash,
    deadline: parties.deadline,
  };
}

/** The executor's answer to a request, counted on from `before`. */
export function responseTo(
  request: RequestMessage,
  before: LaneState,
  answer: Answer,
): Omit<ResponseMessage, "requestHash"> {
  return {
    contentHash: id(`answer ${request.nonce}`),
    deliveryHash: id(`bytes ${request.nonce}`),
    traceRoot: NO_HASH,
    inboundTokens: answer.inboundTokens,
    outboundTokens: answer.outboundTokens,
    cumulativeCost: request.ackedCost + costUp(request, answer.inboundTokens, answer.outboundTokens),
    cumulativeInbound: before.inbound + answer.inboundTokens,
    cumulativeOutbound: before.outbound + answer.outboundTokens,
    timestamp: request.deadline - 60n,
    finishReason: 1n,
  };
}

/** Signs one answer after another; the keys of `signers` sign, if they are given. */
export function signPair(
  parties: LaneParties,
  request: RequestMessage,
  rest: Omit<ResponseMessage, "requestHash">,
  signers: { client?: Wallet; executor?: Wallet } = {},
): { response: ResponseMessage; pair: SignedPair; responseHash: string } {
  const requestHash = hashRequest(parties.domain, request);
  const response = { requestHash, ...rest };
  const responseHash = hashResponse(parties.domain, response);
  return {
    response,
    responseHash,
    pair: {
      request: encodeModel(request),
      response,
      clientSignature: signDigest(signers.client ?? parties.client, requestHash),
      executorSignature: signDigest(signers.executor ?? parties.executor, responseHash),
    },
  };
}

/** The next answer of an honest lane. */
export function signAnswer(parties: LaneParties, before: LaneState, answer: Answer): SignedAnswer {
  const request = requestAfter(parties, before);
  const { response, pair, responseHash } = signPair(parties, request, responseTo(request, before, answer));
  const after = {
    nonce: request.nonce,
    cost: response.cumulativeCost,
    inbound: response.cumulativeInbound,
    outbound: response.cumulativeOutbound,
    responseHash,
  };
  return { request, response, pair, after };
}
