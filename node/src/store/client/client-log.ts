import { randomBytes } from "node:crypto";
import type { Address, CompactSignature, Hex, Receipt, RequestCommitment } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { advance, EMPTY_LANE, type LaneState, requestProblem, responseProblem } from "@lloom/protocol/lane";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import { LloomError } from "../../errors.ts";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import { type DutyLog, openDutyLog } from "../duty-log.ts";
import { outstandingTo } from "./outstanding.ts";
import { type OwnAnswerLog, openOwnAnswers } from "./own-answers.ts";
import { type OwnEvidenceLog, openOwnEvidence, pruneOwnEvidence, saveOwnPrompt, saveOwnText } from "./own-evidence.ts";
import { fateOf, type OwnFate, type OwnOutcome, outcomeOf } from "./own-fate.ts";
import { openWrongCounts, pruneWrongCounts, type WrongCounts } from "./wrong-counts.ts";

export interface ReservedLane {
  readonly lane: bigint;
  /** Sign the next request on top of this. */
  readonly state: LaneState;
}

export interface SentRequest {
  /** EIP-712 digest of `request`. */
  readonly requestHash: Hex;
  readonly request: RequestCommitment;
  readonly signature: CompactSignature;
  readonly promptSalt: Hex;
  /** What is asked: kept encrypted, since it opens `promptHash` in a dispute. */
  readonly prompt?: OpenedPrompt;
  readonly sentAtMs: number;
}

export interface ReceivedReceipt {
  readonly requestHash: Hex;
  /** EIP-712 digest of the response. */
  readonly responseHash: Hex;
  readonly receipt: Receipt;
  readonly contentSalt: Hex;
  readonly receivedAtMs: number;
}

/** A receipt as it comes. */
export interface ReceivedAnswer extends ReceivedReceipt {
  /** UTF-8 of the answer; kept encrypted beside what was asked. */
  readonly text?: Uint8Array;
}

/** A receipt in a page of them. */
export interface OwnReceipt extends ReceivedReceipt {
  readonly promptSalt: Hex;
  /** Give it as `before` to get the page of older ones. */
  readonly cursor: number;
}

export interface OwnReceiptPage {
  /** At most 1000. */
  readonly limit: number;
  readonly before?: number;
  readonly executor?: Address;
}

/**
 * The client's durable memory: its lanes, what it signed, and the receipts. Every method is done whole or not at all. A lane carries
 * one request at a time: reserve, save the request, wait for `onDisk`, send, save the receipt, wait for `committed`, tell. After any
 * doubt about what the executor holds, the lane is retired: never used again, so that no second request can stand beside one that
 * may have been answered. What was asked and answered is encrypted, and gone with `prune`.
 *
 * A receipt that is committed survives the end of the process, and a power failure a moment later: nothing is signed on top of it
 * before the disk has both, and without it the request before counts as unanswered, with its cap.
 */
export interface ClientLog extends DutyLog, OwnAnswerLog, OwnEvidenceLog, WrongCounts {
  /** An idle lane of the executor, or a new one with a random number; busy from now on. */
  reserveLane(executor: Address): ReservedLane;
  /** Gives a reserved lane back, when nothing was sent in it. Does nothing once a request was saved. */
  releaseLane(executor: Address, lane: bigint): void;
  /**
   * Stores a signed request before it is sent; send it once `onDisk` has resolved.
   * @throws LloomError INTERNAL when its lane is not reserved or carries another request; what `requestProblem` says when
   * it does not continue the lane.
   */
  saveRequest(sent: SentRequest): void;
  /** Resolves once the disk has everything that was stored before. Throws STORE_FAILED. */
  onDisk(): Promise<void>;
  /** Resolves once everything that was stored before survives the end of the process. Throws STORE_FAILED. */
  committed(): Promise<void>;
  /**
   * Stores the receipt, advances the lane and makes it idle (a retired one stays retired); tell of it once `committed` has resolved.
   * @throws LloomError INTERNAL when the request was not sent; RESPONSE_INVALID when the answer does not fit it.
   */
  saveReceipt(received: ReceivedAnswer): void;
  /** The executor refused, having signed nothing: its lane is idle again, in the state before. */
  saveRefusal(requestHash: Hex, code: ErrorCode): void;
  /** Never uses the lane again. What it may still cost counts in `outstanding` until it can no longer be settled. */
  retireLane(executor: Address, lane: bigint, because: string): void;
  /**
   * Base units that an executor may still settle: per lane the cap of a request under way, or else the total of the last
   * answer, less what is known to be settled. A request without an answer counts until its deadline + 24 h.
   */
  outstanding(executor: Address, nowSeconds: bigint): bigint;
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
  return {
    ...openWrongCounts(db),
    ...openDutyLog(db),
    ...openOwnAnswers(db),
    ...openOwnEvidence(db),
    // Of no worth without the request that follows.
    reserveLane: (executor) => db.writeSoon(() => reserveLane(db, executor)),
    releaseLane: (executor, lane) => {
      db.write(() => db.run(RELEASE, laneKey(executor, lane)), { synced: false });
    },
    saveRequest: (sent) => db.writeSoon(() => saveRequest(db, sent)),
    onDisk: () => db.onDisk(),
    saveReceipt: (received) => {
      db.writeSoon(() => saveReceipt(db, received));
      db.onDiskSoon();
    },
    committed: () => db.committed(),
    saveRefusal: (requestHash, code) => db.write(() => saveRefusal(db, requestHash, code)),
    retireLane: (executor, lane, because) => {
      db.write(() => db.run(RETIRE, { ...laneKey(executor, lane), because }));
    },
    outstanding: (executor, nowSeconds) => outstandingTo(db, executor, nowSeconds),
    markSettled: (settled) => noteSettled(db, SETTLED, settled),
    correctSettled: (settled) => noteSettled(db, CORRECTED, settled),
    receipts: (page) => db.all(RECEIPTS, pageValues(page)).map(receiptOf),
    receipt: (requestHash) => {
      const row = db.get(`${REQUEST} AND status = 'answered'`, { requestHash });
      return row && receiptOf(row);
    },
    fate: (requestHash) => {
      const row = db.get(REQUEST, { requestHash });
      return row && fateOf(row);
    },
    outcomes: (limit) => db.all(OUTCOMES, { limit }).map(outcomeOf).reverse(),
    prune: (beforeMs) => {
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

const PAGE_LIMIT = 1000;
const LANE = "SELECT * FROM own_lanes WHERE executor = :executor AND lane = :lane";
const IDLE = `SELECT * FROM own_lanes INDEXED BY own_idle
  WHERE executor = :executor AND status = 'idle' ORDER BY nonce DESC LIMIT 1`;
const RESERVE = "UPDATE own_lanes SET status = 'busy' WHERE executor = :executor AND lane = :lane";
const OPEN_LANE = `INSERT INTO own_lanes
  (executor, lane, nonce, cost, inbound, outbound, response_hash, settled_nonce, settled_cost, status)
  VALUES (:executor, :lane, :nonce, :cost, :inbound, :outbound, :response_hash, '${encoding.ZERO}', '${encoding.ZERO}',
    'busy')`;
/** By the few that are under way: a lane's own index holds everything that it was ever asked. */
const SENT_IN_LANE = `SELECT 1 FROM own_requests INDEXED BY own_sent
  WHERE executor = :executor AND lane = :lane AND status = 'sent'`;
const RELEASE = `UPDATE own_lanes SET status = 'idle' WHERE executor = :executor AND lane = :lane AND status = 'busy'
  AND NOT EXISTS (${SENT_IN_LANE})`;
const RETIRE = `UPDATE own_lanes SET status = 'retired', retired_because = :because
  WHERE executor = :executor AND lane = :lane AND status <> 'retired'`;
const SEND = `INSERT INTO own_requests
  (executor, lane, nonce, cost_cap, deadline, request_hash, request, client_signature, prompt_salt, status, sent_at_ms)
  VALUES (:executor, :lane, :nonce, :costCap, :deadline, :requestHash, :request, :signature, :promptSalt, 'sent',
    :sentAtMs)`;
const REQUEST = "SELECT * FROM own_requests WHERE request_hash = :requestHash";
const ANSWER = `UPDATE own_requests SET status = 'answered', response = :response, response_hash = :responseHash,
  cumulative_cost = :cost, executor_signature = :signature, content_salt = :contentSalt, answered_at_ms = :receivedAtMs
  WHERE request_hash = :requestHash`;
const ADVANCE = `UPDATE own_lanes SET nonce = :nonce, cost = :cost, inbound = :inbound, outbound = :outbound,
  response_hash = :response_hash, status = CASE status WHEN 'busy' THEN 'idle' ELSE status END
  WHERE executor = :executor AND lane = :lane`;
const REFUSE = "UPDATE own_requests SET status = 'failed', failure = :code WHERE request_hash = :requestHash";
const SETTLED = `UPDATE own_lanes SET settled_nonce = max(settled_nonce, :nonce), settled_cost = max(settled_cost, :cost)
  WHERE executor = :executor AND lane = :lane`;
const CORRECTED = `UPDATE own_lanes SET settled_nonce = :nonce, settled_cost = :cost
  WHERE executor = :executor AND lane = :lane`;
const RECEIPTS = `SELECT * FROM own_requests WHERE status = 'answered' AND id < :before
  AND (:executor IS NULL OR executor = :executor) ORDER BY id DESC LIMIT :limit`;
const OUTCOMES = "SELECT * FROM own_requests ORDER BY id DESC LIMIT :limit";
const PRUNE = `DELETE FROM own_requests WHERE sent_at_ms < :beforeMs AND NOT EXISTS (SELECT 1 FROM own_lanes l
  WHERE l.executor = own_requests.executor AND l.lane = own_requests.lane
    AND ((l.status <> 'retired' AND l.nonce = own_requests.nonce)
      OR (l.status = 'busy' AND own_requests.status = 'sent')))`;

const laneKey = (executor: Address, lane: bigint) => ({ executor, lane: encoding.encodeInteger(lane) });

function reserveLane(db: Database, executor: Address): ReservedLane {
  const idle = db.get(IDLE, { executor });
  if (idle !== undefined) {
    const lane = encoding.integerOf(idle, "lane");
    db.run(RESERVE, laneKey(executor, lane));
    return { lane, state: encoding.laneStateOf(idle) };
  }
  // Random, so that a client that lost its store does not meet its old lanes; two alike have a chance of 2^-64.
  const lane = randomBytes(8).readBigUInt64BE();
  db.run(OPEN_LANE, { ...laneKey(executor, lane), ...encoding.encodeLaneState(EMPTY_LANE) });
  return { lane, state: EMPTY_LANE };
}

function saveRequest(db: Database, sent: SentRequest): void {
  const { requestHash, request, signature, promptSalt, prompt, sentAtMs } = sent;
  const key = laneKey(request.executor, request.lane);
  const lane = db.get(LANE, key);
  if (lane?.["status"] !== "busy" || db.get(SENT_IN_LANE, key) !== undefined) {
    throw misuse(`Lane ${request.lane} is not reserved for this request`, requestHash);
  }
  const problem = requestProblem(encoding.laneStateOf(lane), request);
  if (problem !== undefined) throw new LloomError(problem.code, problem.message, { details: { requestHash } });
  db.run(SEND, {
    ...key,
    nonce: encoding.encodeInteger(request.nonce),
    costCap: encoding.encodeInteger(request.costCap),
    deadline: Number(request.deadline),
    requestHash,
    request: encoding.encodeCommitment(request),
    signature: encoding.encodeSignature(signature),
    promptSalt,
    sentAtMs,
  });
  if (prompt !== undefined) saveOwnPrompt(db, requestHash, prompt);
}

function saveReceipt(db: Database, received: ReceivedAnswer): void {
  const { requestHash, responseHash, receipt, contentSalt, receivedAtMs, text } = received;
  const row = db.get(REQUEST, { requestHash });
  if (row?.["status"] !== "sent") throw misuse("A receipt for a request that is not under way", requestHash);
  const request = encoding.requestOf(row);
  const { response } = receipt;
  const key = laneKey(request.executor, request.lane);
  const state = encoding.laneStateOf(db.get(LANE, key));
  const problem = responseProblem({ state, request, requestHash, response });
  if (problem !== undefined) throw new LloomError(problem.code, problem.message, { details: { requestHash } });
  db.run(ANSWER, {
    requestHash,
    responseHash,
    response: encoding.encodeCommitment(response),
    cost: encoding.encodeInteger(response.cumulativeCost),
    signature: encoding.encodeSignature(receipt.executorSignature),
    contentSalt,
    receivedAtMs,
  });
  if (text !== undefined) saveOwnText(db, requestHash, text);
  db.run(ADVANCE, { ...key, ...encoding.encodeLaneState(advance(state, response, responseHash)) });
}

/** The chain knows all this: what a power failure takes is asked again. */
function noteSettled(
  db: Database,
  sql: string,
  { executor, lane, nonce, cost }: Parameters<ClientLog["markSettled"]>[0],
): boolean {
  const values = { nonce: encoding.encodeInteger(nonce), cost: encoding.encodeInteger(cost) };
  return db.write(() => db.run(sql, { ...laneKey(executor, lane), ...values }), { synced: false }) > 0;
}

function saveRefusal(db: Database, requestHash: Hex, code: ErrorCode): void {
  const row = db.get(REQUEST, { requestHash });
  if (row?.["status"] !== "sent") return;
  db.run(REFUSE, { requestHash, code });
  db.run(RELEASE, { executor: encoding.textOf(row, "executor"), lane: encoding.textOf(row, "lane") });
}

const pageValues = ({ limit, before = Number.MAX_SAFE_INTEGER, executor }: OwnReceiptPage) => ({
  limit: Math.min(Math.max(1, limit), PAGE_LIMIT),
  before,
  executor: executor ?? null,
});

const receiptOf = (row: encoding.Row): OwnReceipt => ({
  requestHash: encoding.hexOf(row, "request_hash"),
  responseHash: encoding.hexOf(row, "response_hash"),
  receipt: encoding.receiptOf(row),
  contentSalt: encoding.hexOf(row, "content_salt"),
  receivedAtMs: encoding.numberOf(row, "answered_at_ms"),
  promptSalt: encoding.hexOf(row, "prompt_salt"),
  cursor: encoding.numberOf(row, "id"),
});

const misuse = (what: string, requestHash: Hex): LloomError =>
  new LloomError("INTERNAL", `${what}.`, { details: { requestHash } });
