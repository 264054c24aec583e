/**
 * Whether to serve a request, decided from facts alone. Each function looks at one subject, in the order of what its
 * facts cost to get; together they refuse everything that the contract would refuse to settle, and everything that the
 * channel could not pay. `undefined` means that there is nothing against it.
 */
import type { ChannelFunds } from "@lloom/protocol/channel-money";
import type { Address, Hex, ModelOffer, RequestCommitment } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { LONGEST_DEADLINE_SECONDS } from "@lloom/protocol/evidence-windows";
import { MOST_EMBEDDING_OUTBOUND } from "@lloom/protocol/form/embedding";
import { type LaneState, requestProblem } from "@lloom/protocol/lane";

/** Why a request is not served. */
export interface AdmissionProblem {
  readonly code: ErrorCode;
  readonly message: string;
}

const problem = (code: ErrorCode, message: string): AdmissionProblem => ({ code, message });

/** Shortest and longest time that a deadline may lie ahead. */
export const DEADLINE_WINDOW_SECONDS = { minimum: 10n, maximum: LONGEST_DEADLINE_SECONDS } as const;

/** What can be seen in the frame and the own offers. */
export interface TermsFacts {
  readonly request: RequestCommitment;
  /** This executor. */
  readonly executor: Address;
  /** Whether this very process made the offer that the request accepts, and still stands by it. */
  readonly offerStands: boolean;
  /** Own current offer of the model; undefined if it is not offered. */
  readonly offer: ModelOffer | undefined;
  readonly nowSeconds: bigint;
  /** Whether vectors are asked for: these are paid by their prompts. */
  readonly isEmbedding: boolean;
  /** Taken over what was sent beside the request. */
  readonly promptHash: Hex;
  readonly paramsHash: Hex;
  readonly weightsHash: Hex;
  readonly profileHash: Hex;
}

/** Addressee, model, offer, prices, deadline, and that the hashes cover what was sent. */
export function termsProblem(facts: TermsFacts): AdmissionProblem | undefined {
  const { request, offer } = facts;
  if (request.executor !== facts.executor)
    return problem("REQUEST_INVALID", `The request names executor ${request.executor}, this is ${facts.executor}.`);
  if (!facts.offerStands) return OFFER_UNKNOWN;
  if (offer === undefined) return problem("MODEL_NOT_FOUND", `This executor does not offer ${request.model}.`);
  return deadlineProblem(facts) ?? priceProblem(facts, offer) ?? bindingProblem(facts, offer);
}

const OFFER_UNKNOWN = problem(
  "OFFER_UNKNOWN",
  "The request accepts an offer that has ended, or that another run of this executor made.",
);

/** A request that is not taken: its offer has ended meanwhile, or it is the very one that was taken before. */
export const takenProblem = (offerStands: boolean): AdmissionProblem =>
  offerStands ? problem("LANE_OUT_OF_STEP", "This very request was taken before.") : OFFER_UNKNOWN;

function deadlineProblem({ request, nowSeconds }: TermsFacts): AdmissionProblem | undefined {
  const ahead = request.deadline - nowSeconds;
  if (ahead >= DEADLINE_WINDOW_SECONDS.minimum && ahead <= DEADLINE_WINDOW_SECONDS.maximum) return undefined;
  return problem("DEADLINE_INVALID", `The deadline lies ${ahead} s ahead; 10 s to 1 h are accepted.`);
}

function priceProblem({ request, isEmbedding }: TermsFacts, offer: ModelOffer): AdmissionProblem | undefined {
  if (request.inboundPrice < offer.inboundPrice)
    return problem("PRICE_REFUSED", `inboundPrice ${request.inboundPrice} is below the offer's ${offer.inboundPrice}.`);
  if (!isEmbedding && request.outboundPrice < offer.outboundPrice)
    return problem(
      "PRICE_REFUSED",
      `outboundPrice ${request.outboundPrice} is below the offer's ${offer.outboundPrice}.`,
    );
  return undefined;
}

function bindingProblem(facts: TermsFacts, offer: ModelOffer): AdmissionProblem | undefined {
  if (facts.weightsHash !== offer.weightsHash || facts.profileHash !== offer.profileHash)
    return problem("OFFER_UNKNOWN", `This executor now serves other weights or another profile of ${offer.model}.`);
  if (facts.request.promptHash !== facts.promptHash)
    return problem("REQUEST_INVALID", "promptHash is not that of the messages that were sent.");
  if (facts.request.paramsHash !== facts.paramsHash)
    return problem("REQUEST_INVALID", "paramsHash is not that of the parameters that were sent.");
  return undefined;
}

/** Who signed the request. */
export interface SignerFacts {
  readonly client: Address;
  /** What the signature recovers to; undefined if it is malformed. */
  readonly recovered: Address | undefined;
  /** Whom the recovered address signs for on chain, if it is a session signer in force. */
  readonly principal: Address | undefined;
}

/** The client itself or its session signer. */
export function signerProblem({ client, recovered, principal }: SignerFacts): AdmissionProblem | undefined {
  if (recovered === client || (recovered !== undefined && principal === client)) return undefined;
  return problem(
    "SIGNATURE_INVALID",
    `The request of ${client} was signed by ${recovered ?? "nobody: the signature is malformed"}.`,
  );
}

/** Where the request's lane stands. */
export interface LaneFacts {
  readonly request: RequestCommitment;
  /** After the last signed answer. */
  readonly lane: LaneState;
  /** Whether a request of the lane is being answered. */
  readonly busy: boolean;
  /** Highest nonce that the chain has settled. */
  readonly settledNonce: bigint;
}

/** Lane idle and in step, here and on chain. */
export function laneProblem({ request, lane, busy, settledNonce }: LaneFacts): AdmissionProblem | undefined {
  if (busy) return problem("LANE_BUSY", `Lane ${request.lane} is answering another request.`);
  if (request.nonce <= settledNonce)
    return problem("LANE_OUT_OF_STEP", `Nonce ${request.nonce} of lane ${request.lane} is settled already.`);
  return requestProblem(lane, request);
}

export interface CoverFacts {
  readonly request: RequestCommitment;
  readonly lane: LaneState;
  readonly channel: ChannelFunds;
  /** Most that the channel may have to pay for everything accepted so far. */
  readonly outstanding: bigint;
  readonly nowSeconds: bigint;
  readonly unlockMarginSeconds: bigint;
}

/**
 * The channel covers all outstanding caps and this one, without what is being unlocked, and its unlock is not near.
 * An idle lane already counts with what it has cost, so the request adds only what its cap lies above that.
 */
export function fundingProblem(facts: CoverFacts): AdmissionProblem | undefined {
  const { request, lane, channel, outstanding } = facts;
  if (channel.unlocking > 0n && channel.unlockAt - facts.nowSeconds < facts.unlockMarginSeconds)
    return problem("UNLOCK_PENDING", `The channel unlocks at ${channel.unlockAt}, too soon to settle safely.`);
  const needed = outstanding + request.costCap - lane.cost;
  if (needed <= channel.balance - channel.unlocking) return undefined;
  if (needed <= channel.balance)
    return problem("UNLOCK_PENDING", `${channel.unlocking} of the channel's ${channel.balance} are being unlocked.`);
  return problem(
    "CHANNEL_UNDERFUNDED",
    `The channel holds ${channel.balance}; with this request ${needed} are needed.`,
  );
}

export interface SizeFacts {
  readonly request: RequestCommitment;
  /** Prompt tokens; undefined if only answering tells. */
  readonly inboundTokens: number | undefined;
  readonly maxContext: bigint;
  /** Vectors are asked for: of several texts, each of which the backend holds against its context. */
  readonly isEmbedding: boolean;
}

/**
 * The prompt is within its limit and leaves room for an answer in the context. That the cap covers the longest answer is the
 * lane's rule already; an answer for which the context has no room to its limit ends at the context (`answerLimit`).
 */
export function sizeProblem({
  request,
  inboundTokens,
  maxContext,
  isEmbedding,
}: SizeFacts): AdmissionProblem | undefined {
  if (request.maxOutboundTokens === 0n) return problem("REQUEST_INVALID", "maxOutboundTokens is 0.");
  // Whoever disputes a delivery bonds by what is counted: a lower limit would have the executor reveal vectors at its own cost.
  if (isEmbedding && request.maxOutboundTokens < MOST_EMBEDDING_OUTBOUND)
    return problem("REQUEST_INVALID", `maxOutboundTokens of vectors must be ${MOST_EMBEDDING_OUTBOUND} or more.`);
  if (inboundTokens === undefined) return undefined;
  const inbound = BigInt(inboundTokens);
  if (inbound > request.maxInboundTokens)
    return problem(
      "REQUEST_INVALID",
      `The prompt has ${inbound} tokens, maxInboundTokens is ${request.maxInboundTokens}.`,
    );
  if (isEmbedding || inbound < maxContext) return undefined;
  return problem("CONTEXT_EXCEEDED", `${inbound} prompt tokens leave no room in the context of ${maxContext}.`);
}

/**
 * Answer tokens at most: what was signed, and no more than the prompt leaves of the context. A client cannot know how many
 * tokens its prompt has, so that it could only guess a limit that fits; it pays for the tokens that it gets.
 */
export function answerLimit({ request, inboundTokens, maxContext, isEmbedding }: SizeFacts): number {
  if (isEmbedding) return Number(request.maxOutboundTokens);
  // Where only answering tells, the backend alone can find the end of the context.
  const room = inboundTokens === undefined ? request.maxOutboundTokens : maxContext - BigInt(inboundTokens);
  return Number(request.maxOutboundTokens < room ? request.maxOutboundTokens : room);
}
