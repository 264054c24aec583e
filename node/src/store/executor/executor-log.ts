import type { Address, Hex, Receipt, RequestCommitment, ResponseCommitment } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { LaneState } from "@lloom/protocol/lane";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import { type DutyLog, openDutyLog } from "../duty-log.ts";
import { type AnswerSteps, BUSY, LANE, laneKey, openAnswerSteps, REQUEST } from "./answer-steps.ts";
import { type Delivery, deliveryOf, pruneDeliveries } from "./delivery-log.ts";
import { type NewestPairs, openNewestPairs } from "./newest-pairs.ts";
import { type OwnPast, openOwnPast } from "./own-past.ts";
import { openRebuttals, type Rebuttals } from "./rebuttals.ts";
import { type ServedReceipt, type ServedReceiptPage, servedReceipts } from "./served-receipts.ts";
import { openSettlementLog, type SettlementLog, servedDues } from "./settlement-log.ts";

/** An answer that was saved but not signed when the process ended: sign exactly this, then `saveSignature`. */
export interface UnsignedAnswer {
  readonly requestHash: Hex;
  readonly request: RequestCommitment;
  readonly response: ResponseCommitment;
  readonly responseHash: Hex;
}

/** What is known of a request. */
export type ServedRequest =
  | { readonly status: "running"; readonly request: RequestCommitment }
  | { readonly status: "answered"; readonly request: RequestCommitment; readonly response: ResponseCommitment }
  | { readonly status: "signed"; readonly receipt: Receipt; readonly responseHash: Hex }
  | { readonly status: "failed"; readonly request: RequestCommitment; readonly failure: ErrorCode };

/**
 * The executor's durable memory: what it accepted, answered, signed and was paid for. Every method is done whole or not at all.
 * The order that keeps an executor honest through a crash is *save, then sign, then tell*: `accept`, generate,
 * `saveAnswer`, wait for `onDisk`, sign `response`, `saveSignature`, send. What `saveAnswer` stored is never replaced, so there is never a
 * second answer to sign. What was asked, what was delivered and its trace are encrypted, and gone with `prune`.
 *
 * What `onDisk` was waited for survives a power failure. What `accept` and `saveSignature` wrote survives the end of the process once something
 * else was stored, or after a moment; the others from the end of their turn of the event loop on: a request that was only accepted has no answer then either, the same signature is made again, and the chain
 * still knows what it paid.
 */
export interface ExecutorLog extends AnswerSteps, SettlementLog, OwnPast, DutyLog, Rebuttals, NewestPairs {
  /** Resolves once the disk has everything that was stored before. Throws STORE_FAILED. */
  onDisk(): Promise<void>;
  /** State after the last signed answer; `EMPTY_LANE` for a lane without one. */
  laneState(client: Address, lane: bigint): LaneState;
  /** Whether a request of the lane runs, or its answer waits for a signature. */
  busyLane(client: Address, lane: bigint): boolean;
  /** Answers without signature, oldest first: non-empty only after a crash, or between save and sign. */
  answeredUnsigned(): readonly UnsignedAnswer[];
  /** What became of a request; for a client that asks for the same one again. */
  find(requestHash: Hex): ServedRequest | undefined;
  /** What opens the hashes of an answer and its request, while it is kept. */
  delivery(requestHash: Hex): Delivery | undefined;
  /** Signed answers, newest first. */
  receipts(page: ServedReceiptPage): readonly ServedReceipt[];
  /**
   * Forgets what was answered before: delivered text at once, receipts and failures once nothing is owed for their lane
   * and a newer one proves it. Choose a time no dispute can reach back to: deadline + 24 h to settle + 48 h to dispute.
   */
  prune(beforeMs: number): void;
}

/** Opens the log. Requests that ran when the process ended have no answer: they fail as INTERNAL, their lanes are free. */
export function openExecutorLog(db: Database): ExecutorLog {
  db.write(() => db.run(FAIL_RUNNING));
  const dues = servedDues(db);
  return {
    ...openSettlementLog(db, dues),
    ...openOwnPast(db),
    ...openDutyLog(db),
    ...openRebuttals(db),
    ...openNewestPairs(db),
    ...openAnswerSteps(db, dues),
    onDisk: () => db.onDisk(),
    laneState: (client, lane) => encoding.laneStateOf(db.get(LANE, laneKey(client, lane))),
    busyLane: (client, lane) => db.get(BUSY, laneKey(client, lane)) !== undefined,
    answeredUnsigned: () => db.all(UNSIGNED).map(unsignedOf),
    ...servedAnswers(db),
    receipts: (page) => servedReceipts(db, page),
    // Nothing that is owed goes, so that the dues stay what they are.
    prune: (beforeMs) => prune(db, beforeMs),
  };
}

/** What shows an answer to whoever has a right to it; also of a file that is only read. */
export const servedAnswers = (db: Database): Pick<ExecutorLog, "find" | "delivery" | "ackOf" | "laterRequest"> => ({
  ...openRebuttals(db),
  find: (requestHash) => servedOf(db.get(REQUEST, { requestHash })),
  delivery: (requestHash) => deliveryOf(db, requestHash),
});

/** Named again, so that the index of open requests serves. */
const OPEN = "status IN ('running', 'answered')";
const UNSIGNED = `SELECT * FROM served_requests INDEXED BY served_open
  WHERE ${OPEN} AND status = 'answered' ORDER BY id`;
const FAIL_RUNNING = `UPDATE served_requests INDEXED BY served_open SET status = 'failed', failure = 'INTERNAL'
  WHERE ${OPEN} AND status = 'running'`;

function prune(db: Database, beforeMs: number): void {
  db.write(() => {
    pruneDeliveries(db, beforeMs);
    db.run("DELETE FROM served_requests WHERE status = 'failed' AND accepted_at_ms < :beforeMs", { beforeMs });
    db.run(PRUNE_RECEIPTS, { beforeMs });
    db.run(PRUNE_ACKNOWLEDGEMENTS);
  });
  db.checkpoint();
}
/** A lane's row stays for ever: without it the lane would seem new, and the chain would refuse what is answered in it. */
const PRUNE_RECEIPTS = `DELETE FROM served_requests WHERE status = 'signed' AND accepted_at_ms < :beforeMs
  AND EXISTS (SELECT 1 FROM served_lanes l WHERE l.client = served_requests.client AND l.lane = served_requests.lane
    AND (served_requests.nonce < l.nonce OR l.cost <= l.settled_cost OR l.written_off IS NOT NULL))`;
const PRUNE_ACKNOWLEDGEMENTS =
  "DELETE FROM acknowledgements WHERE request_hash NOT IN (SELECT request_hash FROM served_requests)";

const unsignedOf = (row: encoding.Row): UnsignedAnswer => ({
  requestHash: encoding.hexOf(row, "request_hash"),
  request: encoding.requestOf(row),
  response: encoding.responseOf(row),
  responseHash: encoding.hexOf(row, "response_hash"),
});

function servedOf(row: encoding.Row | undefined): ServedRequest | undefined {
  if (row === undefined) return undefined;
  const request = encoding.requestOf(row);
  switch (encoding.textOf(row, "status")) {
    case "running":
      return { status: "running", request };
    case "answered":
      return { status: "answered", request, response: encoding.responseOf(row) };
    case "signed":
      return { status: "signed", receipt: encoding.receiptOf(row), responseHash: encoding.hexOf(row, "response_hash") };
    default:
      return { status: "failed", request, failure: encoding.errorCodeOf(row, "failure") };
  }
}
