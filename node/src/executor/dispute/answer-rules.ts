/** How an executor answers a dispute about a delivery. Pure: the shell reads, asks here, saves, and sends. */
import { CHUNKS_AT_ONCE, type DeliveryDispute, MOST_CHUNKS } from "../../chain/disputes/delivery-disputes.ts";

/** What the executor's log holds that answers a dispute. */
export interface AnswerEvidence {
  /** The client signed a request after the answer. */
  readonly hasLaterRequest: boolean;
  /** The client acknowledged the answer. */
  readonly hasAck: boolean;
  /** Chunks of the delivered text, if it is there and is what was signed. */
  readonly chunkCount: number | undefined;
  /** Those that are on chain already, a bit each. */
  readonly revealed: bigint;
}

/** What an executor can do about a dispute. */
export type AnswerAct = "rebutByRequest" | "rebutByAck" | "reveal" | "revealChunks" | "concede";

export type AnswerMove =
  | { readonly act: Exclude<AnswerAct, "revealChunks"> }
  | { readonly act: "revealChunks"; readonly indexes: readonly number[] }
  /** Nothing to do; the word says how it stands. */
  | { readonly act: "none"; readonly state: AnswerRest };

/** `gone`: its block is. `unanswerable`: nothing can be shown, there is time yet. `late`: the deadline has passed. */
export type AnswerRest = Exclude<DeliveryDispute["state"], "none" | "open"> | "gone" | "unanswerable" | "late";

export interface AnswerView {
  readonly dispute: Pick<DeliveryDispute, "state" | "revealBy" | "isRevealing">;
  /** By the chain's clock. */
  readonly nowSeconds: bigint;
  readonly evidence: AnswerEvidence;
  /** What the contract refused before, in this run. */
  readonly refused: ReadonlySet<AnswerAct>;
}

/** The text may be in a copy of the log that its owner has yet; conceding takes one transaction, and this leaves time for it. */
export const CONCEDE_BEFORE_SECONDS = 2n * 3600n;

/**
 * Chunks of the longest answer that is shown whole at once. Who cancels while a reveal is on its way makes it fail: of a longer
 * one a single chunk goes first, after which nobody can cancel, so that this costs the client more than the executor.
 */
const CHUNKS_AT_RISK = 2;

/** Dispute states that end well for the executor. */
export const isWon = (state: string): boolean => state === "delivered" || state === "rejected" || state === "cancelled";
/** Dispute states that nothing follows. */
export const isOver = (state: string): boolean => isWon(state) || state === "conceded" || state === "defaulted";

/**
 * What to do now. What the client signed comes first: it publishes nothing, and the bond goes to the executor. Then the text,
 * and only at the end, without anything to show, the concession, which is cheaper than silence.
 */
export function nextAnswer({ dispute, nowSeconds, evidence, refused }: AnswerView): AnswerMove {
  if (dispute.state === "none") return { act: "none", state: "gone" };
  if (dispute.state !== "open") return { act: "none", state: dispute.state };
  if (nowSeconds > dispute.revealBy) return { act: "none", state: "late" };
  if (evidence.hasLaterRequest && !refused.has("rebutByRequest")) return { act: "rebutByRequest" };
  if (evidence.hasAck && !refused.has("rebutByAck")) return { act: "rebutByAck" };
  const { chunkCount } = evidence;
  if (chunkCount !== undefined && chunkCount <= CHUNKS_AT_RISK && !refused.has("reveal")) return { act: "reveal" };
  const atOnce = dispute.isRevealing ? CHUNKS_AT_ONCE : 1;
  if (chunkCount !== undefined && chunkCount <= MOST_CHUNKS && !refused.has("revealChunks"))
    return { act: "revealChunks", indexes: missingChunks(chunkCount, evidence.revealed).slice(0, atOnce) };
  const isTime = dispute.revealBy - nowSeconds <= CONCEDE_BEFORE_SECONDS;
  return isTime && !refused.has("concede") ? { act: "concede" } : { act: "none", state: "unanswerable" };
}

/** Indexes of the chunks that are not on chain. */
const missingChunks = (chunkCount: number, revealed: bigint): number[] =>
  Array.from({ length: chunkCount }, (_, index) => index).filter((index) => ((revealed >> BigInt(index)) & 1n) === 0n);
