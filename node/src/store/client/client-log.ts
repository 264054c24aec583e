import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import { type DutyLog, openDutyLog } from "../duty-log.ts";
import { type DisputedAnswersLog, openDisputedAnswers } from "./disputed-answers.ts";
import { type FormCountLog, openFormCounts } from "./form-counts.ts";
import { ownDues, SETTLE_WINDOW_SECONDS } from "./outstanding.ts";
import { type OwnAnswerLog, openOwnAnswers } from "./own-answers.ts";
import { type OwnEvidenceLog, openOwnEvidence, pruneOwnEvidence } from "./own-evidence.ts";
import { fateOf, type OwnFate, type OwnOutcome, outcomeOf } from "./own-fate.ts";
import { type OwnReceipt, type OwnReceiptPage, ownReceiptOf, ownReceipts } from "./own-receipts.ts";
import { laneKey, openRequestSteps, REQUEST, type RequestSteps } from "./request-steps.ts";
import { openWrongCounts, pruneWrongCounts, type WrongCounts } from "./wrong-counts.ts";

/**
 * The client's durable memory: its lanes, what it signed, and the receipts. Every method is done whole or not at all. A lane carries
 * one request at a time: reserve, save the request, wait for `onDisk`, send, save the receipt, wait for `committed`, tell. After any
 * doubt about what the executor holds, the lane is retired: never used again, so that no second request can stand beside one that
 * may have been answered. What was asked and answered is encrypted, and gone with `prune`.
 *
 * A receipt that is committed survives the end of the process, and a power failure a moment later: nothing is signed on top of it
 * before the disk has both, and without it the request before counts as unanswered, with its cap.
 */
export interface ClientLog
  extends RequestSteps,
    DutyLog,
    OwnAnswerLog,
    OwnEvidenceLog,
    WrongCounts,
    FormCountLog,
    DisputedAnswersLog {
  /** Resolves once the disk has everything that was stored before. Throws STORE_FAILED. */
  onDisk(): Promise<void>;
  /** Resolves once everything that was stored before survives the end of the process. Throws STORE_FAILED. */
  committed(): Promise<void>;
  /** Never uses the lane again. What it may still cost counts in `outstanding` until it can no longer be settled. */
  retireLane(executor: Address, lane: bigint, because: string): void;
  /**
   * Base units that an executor may still settle: per lane the cap of a request under way, or else the total of the last
   * answer, less what is known to be settled. A request without an answer counts until its deadline + 24 h.
   */
  outstanding(executor: Address, nowSeconds: bigint): bigint;
  /** Lanes with answers that are not settled yet. */
  unsettledLanes(): number;
  /** Notes what the chain has paid for a lane; never lowers what is noted. Returns whether the lane is known. */
  markSettled(settled: { executor: Address; lane: bigint; nonce: bigint; cost: bigint }): boolean;
  /** Puts exactly this, lower or higher: after a reorganisation of the chain, with what the chain says now. */
  correctSettled(settled: { executor: Address; lane: bigint; nonce: bigint; cost: bigint }): boolean;
  /** Receipts, newest first. */
  receipts(page: OwnReceiptPage): readonly OwnReceipt[];
  /** The receipt of one request. */
  receipt(requestHash: Hex): OwnReceipt | undefined;
  /** How one request ended, and what it costs. */
  fate(requestHash: Hex): OwnFate | undefined;
  /** How the newest requests ended, oldest first. */
  outcomes(limit: number): readonly OwnOutcome[];
  /** Forgets receipts and requests from before; the newest receipt of a lane that is still used stays. */
  prune(beforeMs: number): void;
}

/** Opens the log. Lanes that were busy when the process ended are retired: nobody knows what their executor holds. */
export function openClientLog(db: Database): ClientLog {
  db.write(() => db.run("UPDATE own_lanes SET status = 'retired', retired_because = 'crash' WHERE status = 'busy'"));
  const dues = ownDues(db);
  const settle = (sql: string, settled: Parameters<ClientLog["markSettled"]>[0]): boolean => {
    dues.written(settled.executor, settled.lane);
    return noteSettled(db, sql, settled);
  };
  return {
    ...openWrongCounts(db),
    ...openFormCounts(db),
    ...openDutyLog(db),
    ...openOwnAnswers(db),
    ...openOwnEvidence(db),
    ...openDisputedAnswers(db),
    ...openRequestSteps(db, dues),
    onDisk: () => db.onDisk(),
    committed: () => db.committed(),
    retireLane: (executor, lane, because) => {
      db.write(() => db.run(RETIRE, { ...laneKey(executor, lane), because }));
    },
    outstanding: (executor, nowSeconds) => dues.sum(executor, Number(nowSeconds) - SETTLE_WINDOW_SECONDS),
    unsettledLanes: () => Number(db.get(UNSETTLED_LANES)?.["lanes"] ?? 0),
    markSettled: (settled) => settle(SETTLED, settled),
    correctSettled: (settled) => settle(CORRECTED, settled),
    receipts: (page) => ownReceipts(db, page),
    receipt: boughtAnswers(db).receipt,
    fate: (requestHash) => {
      const row = db.get(REQUEST, { requestHash });
      return row && fateOf(row);
    },
    outcomes: (limit) => db.all(OUTCOMES, { limit }).map(outcomeOf).reverse(),
    prune: (beforeMs) => {
      dues.forget();
      db.write(() => {
        db.run(PRUNE, { beforeMs });
        pruneWrongCounts(db);
        pruneOwnEvidence(db, beforeMs);
        for (const table of ["late_answers", "own_acks"])
          db.run(`DELETE FROM ${table} WHERE request_hash NOT IN (SELECT request_hash FROM own_requests)`);
      });
      db.checkpoint();
    },
  };
}

/** What shows an answer to whoever has a right to it; also of a file that is only read. */
export const boughtAnswers = (
  db: Database,
): Pick<ClientLog, "receipt" | "ownEvidence" | "lateAnswer" | "wrongCount"> => ({
  ownEvidence: openOwnEvidence(db).ownEvidence,
  lateAnswer: openOwnAnswers(db).lateAnswer,
  wrongCount: openWrongCounts(db).wrongCount,
  receipt: (requestHash) => {
    const row = db.get(`${REQUEST} AND status = 'answered'`, { requestHash });
    return row && ownReceiptOf(row);
  },
});

const RETIRE = `UPDATE own_lanes SET status = 'retired', retired_because = :because
  WHERE executor = :executor AND lane = :lane AND status <> 'retired'`;
const UNSETTLED_LANES = "SELECT count(*) AS lanes FROM own_lanes INDEXED BY own_owed WHERE cost > settled_cost";
const SETTLED = `UPDATE own_lanes SET settled_nonce = max(settled_nonce, :nonce), settled_cost = max(settled_cost, :cost)
  WHERE executor = :executor AND lane = :lane`;
const CORRECTED = `UPDATE own_lanes SET settled_nonce = :nonce, settled_cost = :cost
  WHERE executor = :executor AND lane = :lane`;
const OUTCOMES = "SELECT * FROM own_requests ORDER BY id DESC LIMIT :limit";
const PRUNE = `DELETE FROM own_requests WHERE sent_at_ms < :beforeMs AND NOT EXISTS (SELECT 1 FROM own_lanes l
  WHERE l.executor = own_requests.executor AND l.lane = own_requests.lane
    AND ((l.status <> 'retired' AND l.nonce = own_requests.nonce)
      OR (l.status = 'busy' AND own_requests.status = 'sent')))`;

/** The chain knows all this: what a power failure takes is asked again. */
function noteSettled(
  db: Database,
  sql: string,
  { executor, lane, nonce, cost }: Parameters<ClientLog["markSettled"]>[0],
): boolean {
  const values = { nonce: encoding.encodeInteger(nonce), cost: encoding.encodeInteger(cost) };
  return db.write(() => db.run(sql, { ...laneKey(executor, lane), ...values }), { synced: false }) > 0;
}
