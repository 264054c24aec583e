import type { CompactSignature, Hex, Receipt } from "@lloom/protocol/commitment-types";
import { deliveryChunks, deliveryHash } from "@lloom/protocol/merkle";
import type { ExecutorLog } from "../../store/executor/executor-log.ts";
import type { SignedRequest } from "../../store/executor/rebuttals.ts";
import type { AnswerEvidence } from "./answer-rules.ts";

/** What the log holds about one answer. */
export interface LoggedEvidence {
  readonly receipt: Receipt;
  readonly later: SignedRequest | undefined;
  readonly ack: CompactSignature | undefined;
  /** The delivered text, if it is what was signed. */
  readonly answer: Uint8Array | undefined;
}

/** Looks it up; `undefined` for an answer that the log does not know. */
export function gatherEvidence(
  store: Pick<ExecutorLog, "find" | "laterRequest" | "ackOf" | "delivery">,
  { requestHash, id }: { readonly requestHash: Hex; readonly id: Hex },
): LoggedEvidence | undefined {
  const served = store.find(requestHash);
  if (served?.status !== "signed" || served.responseHash !== id) return undefined;
  const { receipt } = served;
  const { client, lane, nonce } = receipt.request;
  const delivered = store.delivery(requestHash)?.delivered;
  const isWhole = delivered !== undefined && deliveryHash(delivered) === receipt.response.deliveryHash;
  return {
    receipt,
    later: store.laterRequest({ client, lane, nonce }),
    ack: store.ackOf(id),
    answer: isWhole ? delivered : undefined,
  };
}

/** The same for the rules. */
export const summaryOf = (evidence: LoggedEvidence | undefined, revealed: bigint): AnswerEvidence => ({
  hasLaterRequest: evidence?.later !== undefined,
  hasAck: evidence?.ack !== undefined,
  chunkCount: evidence?.answer === undefined ? undefined : chunkCountOf(evidence.answer),
  revealed,
});

export const chunkCountOf = (answer: Uint8Array): number => deliveryChunks(answer).length;
