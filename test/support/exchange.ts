import type {
  CompactSignature,
  Hex,
  Receipt,
  RequestCommitment,
  ResponseCommitment,
} from "@lloom/protocol/commitment-types";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { type CommitmentDomain, type CommitmentHasher, createCommitmentHasher } from "@lloom/protocol/commitments";
import { answerCost, EMPTY_LANE, type LaneState, nextRequestFields, worstCost } from "@lloom/protocol/lane";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import { keccak256, toUtf8Bytes } from "ethers";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { type Identity, identityFromSecret } from "../../node/src/wallet/identity.ts";

/** A key that depends on nothing but a name; worth nothing anywhere. */
export const testIdentity = (name: string): Identity =>
  identityFromSecret(Buffer.from(keccak256(toUtf8Bytes(`lloom test key ${name}`)).slice(2), "hex"));

/** Encrypts what tests keep; the same in every process. */
export const TEST_CIPHER = createTextCipher(testIdentity("log").secret);

/** What somebody might ask. */
export const testPrompt = (content = "Hi"): OpenedPrompt => ({
  promptSalt: `0x${"5a".repeat(32)}`,
  messages: [{ role: "user", content }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
  ...{ weightsHash: ZERO_HASH, profileHash: ZERO_HASH, offerHash: ZERO_HASH },
});

export const TEST_DOMAIN: CommitmentDomain = { chainId: 31337n, accounting: `0x${"ac".repeat(20)}` };

/** A request as a client sends it. */
export interface Asked {
  readonly request: RequestCommitment;
  readonly requestHash: Hex;
  readonly clientSignature: CompactSignature;
}

/** A response as an executor sends it. */
export interface Answered {
  readonly response: ResponseCommitment;
  readonly responseHash: Hex;
  readonly executorSignature: CompactSignature;
}

/** One client and one executor that sign real commitments at fixed prices. */
export interface Exchange {
  readonly client: Identity;
  readonly executor: Identity;
  readonly hasher: CommitmentHasher;
  /** Signs the next request of a lane. */
  ask(state: LaneState, terms?: Partial<RequestCommitment>): Asked;
  /** Signs an answer of so many tokens. */
  answer(
    state: LaneState,
    asked: Asked,
    tokens?: { inbound?: bigint; outbound?: bigint; finishReason?: bigint },
  ): Answered;
  /** A receipt that opens a lane. */
  receipt(terms?: Partial<RequestCommitment>): Receipt;
}

export interface ExchangeOptions {
  readonly domain?: CommitmentDomain;
  readonly client?: Identity;
  readonly executor?: Identity;
  /** Unix seconds; default far ahead. */
  readonly deadline?: bigint;
}

const FAR_AHEAD = 4_000_000_000n;

export function createExchange(options: ExchangeOptions = {}): Exchange {
  const { client = testIdentity("client"), executor = testIdentity("executor") } = options;
  const hasher = createCommitmentHasher(options.domain ?? TEST_DOMAIN);
  const ask = (state: LaneState, terms: Partial<RequestCommitment> = {}): Asked => {
    const request = requestOf({ client, executor, state, terms, deadline: options.deadline ?? FAR_AHEAD });
    const requestHash = hasher.hashRequest(request);
    return { request, requestHash, clientSignature: client.sign(requestHash) };
  };
  const answer: Exchange["answer"] = (state, { request, requestHash }, tokens = {}) => {
    const response = responseOf({ state, request, requestHash, tokens });
    const responseHash = hasher.hashResponse(response);
    return { response, responseHash, executorSignature: executor.sign(responseHash) };
  };
  const receipt = (terms: Partial<RequestCommitment> = {}): Receipt => {
    const asked = ask(EMPTY_LANE, terms);
    const { response, executorSignature } = answer(EMPTY_LANE, asked);
    return { request: asked.request, response, clientSignature: asked.clientSignature, executorSignature };
  };
  return { client, executor, hasher, ask, answer, receipt };
}

interface RequestParts {
  readonly client: Identity;
  readonly executor: Identity;
  readonly state: LaneState;
  readonly terms: Partial<RequestCommitment>;
  readonly deadline: bigint;
}

function requestOf({ client, executor, state, terms, deadline }: RequestParts): RequestCommitment {
  const base = {
    client: client.address,
    executor: executor.address,
    model: "lloom-tiny",
    promptHash: keccak256(toUtf8Bytes("prompt")) as Hex,
    paramsHash: keccak256(toUtf8Bytes("params")) as Hex,
    maxInboundTokens: 2_000n,
    maxOutboundTokens: 1_000n,
    inboundPrice: 500_000n,
    outboundPrice: 1_500_000n,
    lane: 1n,
    ...nextRequestFields(state),
    deadline,
  };
  const request = { ...base, ...terms };
  return { costCap: request.ackedCost + worstCost(request), ...request };
}

interface ResponseParts {
  readonly state: LaneState;
  readonly request: RequestCommitment;
  readonly requestHash: Hex;
  readonly tokens: { readonly inbound?: bigint; readonly outbound?: bigint; readonly finishReason?: bigint };
}

function responseOf({ state, request, requestHash, tokens }: ResponseParts): ResponseCommitment {
  const { inbound = 120n, outbound = 80n, finishReason = 1n } = tokens;
  const cost = answerCost(request, { inboundTokens: inbound, outboundTokens: outbound, finishReason });
  return {
    requestHash,
    contentHash: keccak256(toUtf8Bytes(`content ${requestHash}`)) as Hex,
    deliveryHash: keccak256(toUtf8Bytes(`delivery ${requestHash}`)) as Hex,
    traceRoot: ZERO_HASH,
    inboundTokens: inbound,
    outboundTokens: outbound,
    cumulativeCost: request.ackedCost + cost,
    cumulativeInbound: state.inbound + inbound,
    cumulativeOutbound: state.outbound + outbound,
    timestamp: request.deadline - 60n,
    finishReason,
  };
}
