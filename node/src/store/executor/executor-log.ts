import type {
  Address,
  CompactSignature,
  Hex,
  Receipt,
  RequestCommitment,
  ResponseCommitment,
} from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { advance, type LaneState, requestProblem, responseProblem } from "@lloom/protocol/lane";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import { LloomError } from "../../errors.ts";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import { type DutyLog, openDutyLog } from "../duty-log.ts";
import { type Delivery, deliveryOf, pruneDeliveries, saveDelivery } from "./delivery-log.ts";
import { type NewestPairs, openNewestPairs } from "./newest-pairs.ts";
import { type OwnPast, openOwnPast } from "./own-past.ts";
import { openRebuttals, type Rebuttals } from "./rebuttals.ts";
import { openSettlementLog, type SettlementLog } from "./settlement-log.ts";

export interface AcceptedRequest {
  /** EIP-712 digest of `request`. */
  readonly requestHash: Hex;
  readonly request: RequestCommitment;
  readonly clientSignature: CompactSignature;
  readonly acceptedAtMs: number;
}

export interface SavedAnswer {
  readonly requestHash: Hex;
  readonly response: ResponseCommitment;
  /** EIP-712 digest of `response`. */
  readonly responseHash: Hex;
  readonly contentSalt: Hex;
  /** UTF-8 of all text that was put on the wire; kept encrypted, until `prune`. */
  readonly delivered: Uint8Array;
  /** Leaves of its trace, packed; kept like the text. Absent, or empty: none. */
  readonly trace?: Uint8Array;
  /** What was asked; kept like the text. */
  readonly prompt?: OpenedPrompt;
  readonly answeredAtMs: number;
}

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

/** A receipt in a page of them. */
export interface ServedReceipt {
  readonly receipt: Receipt;
  readonly requestHash: Hex;
  readonly responseHash: Hex;
  readonly answeredAtMs: number;
  /** Give it as `before` to get the page of older ones. */
  readonly cursor: number;
}

export interface ReceiptPage {
  /** At most 1000. */
  readonly limit: number;
  readonly before?: number;
  readonly client?: Address;
}

/**
 * The executor's durable memory: what it accepted, answered, signed and was paid for. Every method is done whole or not at all.
 * The order that keeps an executor honest through a crash is *save, then sign, then tell*: `accept`, generate,
 * `saveAnswer`, wait for `onDisk`, sign `response`, `saveSignature`, send. What `saveAnswer` stored is never replaced, so there is never a
 * second answer to sign. What was asked, what was delivered and its trace are encrypted, and gone with `prune`.
 *
 * What `onDisk` was waited for survives a power failure. The others survive the end of the process from the end of their turn of
 * the event loop on: a request that was only accepted has no answer then either, the same signature is made again, and the chain
 * still knows what it paid.
 */
export interface ExecutorLog extends SettlementLog, OwnPast, DutyLog, Rebuttals, NewestPairs {
  /**
   * Notes a request before work on it begins, and makes its lane busy.
   * @throws LloomError LANE_BUSY while the lane answers another; LANE_OUT_OF_STEP when the request, or another one with
   * its nonce, was accepted before and has not failed; what `requestProblem` says when it does not continue the lane.
   */
  accept(accepted: AcceptedRequest): void;
  /**
   * Stores the answer that will be signed, once `onDisk` has resolved; nothing can replace it.
   * @throws LloomError INTERNAL when the request is not running; RESPONSE_INVALID when the contract would not take it.
   */
  saveAnswer(answer: SavedAnswer): void;
  /** Resolves once the disk has everything that was stored before. Throws STORE_FAILED. */
  onDisk(): Promise<void>;
  /** Stores the signature over the saved answer, advances the lane and frees it. Again with the same one: no change. */
  saveSignature(requestHash: Hex, signature: CompactSignature): void;
  /** Ends a running request without an answer and frees its lane. Does nothing when it is not running. */
  fail(requestHash: Hex, code: ErrorCode): void;
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
  receipts(page: ReceiptPage): readonly ServedReceipt[];
  /**
   * Forgets what was answered before: delivered text at once, receipts and failures once nothing is owed for their lane
   * and a newer one proves it. Choose a time no dispute can reach back to: deadline + 24 h to settle + 48 h to dispute.
   */
  prune(beforeMs: number): void;
}

/** Opens the log. Requests that ran when the process ended have no answer: they fail as INTERNAL, their lanes are free. */
export function openExecutorLog(db: Database): ExecutorLog {
  db.write(() => db.run(FAIL_RUNNING));
  return {
    ...openSettlementLog(db),
    ...openOwnPast(db),
    ...openDutyLog(db),
    ...openRebuttals(db),
    ...openNewestPairs(db),
    accept: (accepted) => db.writeSoon(() => accept(db, accepted)),
    saveAnswer: (answer) => db.writeSoon(() => saveAnswer(db, answer)),
    onDisk: () => db.onDisk(),
    saveSignature: (requestHash, signature) => db.writeSoon(() => saveSignature(db, requestHash, signature)),
    fail: (requestHash, code) => {
      db.write(() => db.run(FAIL, { requestHash, code }), { synced: false });
    },
    laneState: (client, lane) => encoding.laneStateOf(db.get(LANE, laneKey(client, lane))),
    busyLane: (client, lane) => db.get(BUSY, laneKey(client, lane)) !== undefined,
    answeredUnsigned: () => db.all(UNSIGNED).map(unsignedOf),
    find: (requestHash) => servedOf(db.get(REQUEST, { requestHash })),
    delivery: (requestHash) => deliveryOf(db, requestHash),
    receipts: (page) => db.all(RECEIPTS, pageValues(page)).map(servedReceiptOf),
    prune: (beforeMs) => prune(db, beforeMs),
  };
}

const LANE = "SELECT * FROM served_lanes WHERE client = :client AND lane = :lane";
const BUSY =
  "SELECT 1 FROM served_requests WHERE client = :client AND lane = :lane AND status IN ('running', 'answered')";
const REQUEST = "SELECT * FROM served_requests WHERE request_hash = :requestHash";
/** Named again, so that the index of open requests serves. */
const OPEN = "status IN ('running', 'answered')";
const UNSIGNED = `SELECT * FROM served_requests INDEXED BY served_open
  WHERE ${OPEN} AND status = 'answered' ORDER BY id`;
const FAIL_RUNNING = `UPDATE served_requests INDEXED BY served_open SET status = 'failed', failure = 'INTERNAL'
  WHERE ${OPEN} AND status = 'running'`;
const FAIL = `UPDATE served_requests SET status = 'failed', failure = :code
  WHERE request_hash = :requestHash AND status = 'running'`;
const ACCEPT = `INSERT INTO served_requests
  (client, lane, nonce, cost_cap, deadline, request_hash, request, client_signature, status, accepted_at_ms)
  VALUES (:client, :lane, :nonce, :costCap, :deadline, :requestHash, :request, :signature, 'running', :acceptedAtMs)`;
const FORGET_FAILED = "DELETE FROM served_requests WHERE request_hash = :requestHash AND status = 'failed'";
const ANSWER = `UPDATE served_requests SET status = 'answered', response = :response, response_hash = :responseHash,
  cumulative_cost = :cost, answered_at_ms = :answeredAtMs WHERE request_hash = :requestHash`;
const SIGN = `UPDATE served_requests SET status = 'signed', executor_signature = :signature
  WHERE request_hash = :requestHash`;
// A new answer acknowledges all before it: what had been given up can be claimed again.
const ADVANCE = `INSERT INTO served_lanes
  (client, lane, nonce, cost, inbound, outbound, response_hash, settled_nonce, settled_cost)
  VALUES (:client, :lane, :nonce, :cost, :inbound, :outbound, :response_hash, '${encoding.ZERO}', '${encoding.ZERO}')
  ON CONFLICT (client, lane) DO UPDATE SET nonce = :nonce, cost = :cost, inbound = :inbound, outbound = :outbound,
    response_hash = :response_hash, written_off = NULL`;
const RECEIPTS = `SELECT * FROM served_requests WHERE status = 'signed' AND id < :before
  AND (:client IS NULL OR client = :client) ORDER BY id DESC LIMIT :limit`;
const PAGE_LIMIT = 1000;

const laneKey = (client: Address, lane: bigint) => ({ client, lane: encoding.encodeInteger(lane) });

function accept(db: Database, { requestHash, request, clientSignature, acceptedAtMs }: AcceptedRequest): void {
  const lane = laneKey(request.client, request.lane);
  db.run(FORGET_FAILED, { requestHash });
  if (db.get(REQUEST, { requestHash }) !== undefined) {
    throw new LloomError("LANE_OUT_OF_STEP", "This very request was accepted before.", { details: { requestHash } });
  }
  if (db.get(BUSY, lane) !== undefined) {
    throw new LloomError("LANE_BUSY", `Lane ${request.lane} answers another request.`, { details: { requestHash } });
  }
  const problem = requestProblem(encoding.laneStateOf(db.get(LANE, lane)), request);
  if (problem !== undefined) throw new LloomError(problem.code, problem.message, { details: { requestHash } });
  db.run(ACCEPT, {
    ...lane,
    nonce: encoding.encodeInteger(request.nonce),
    costCap: encoding.encodeInteger(request.costCap),
    deadline: Number(request.deadline),
    requestHash,
    request: encoding.encodeCommitment(request),
    signature: encoding.encodeSignature(clientSignature),
    acceptedAtMs,
  });
}

function saveAnswer(db: Database, answer: SavedAnswer): void {
  const { requestHash, response, responseHash, answeredAtMs } = answer;
  const served = db.get(REQUEST, { requestHash });
  if (served?.["status"] !== "running") throw misuse("An answer to a request that does not run", requestHash);
  const request = encoding.requestOf(served);
  const state = encoding.laneStateOf(db.get(LANE, laneKey(request.client, request.lane)));
  const problem = responseProblem({ state, request, requestHash, response });
  if (problem !== undefined) throw new LloomError(problem.code, problem.message, { details: { requestHash } });
  db.run(ANSWER, {
    requestHash,
    response: encoding.encodeCommitment(response),
    responseHash,
    cost: encoding.encodeInteger(response.cumulativeCost),
    answeredAtMs,
  });
  const { contentSalt, delivered, trace = new Uint8Array(), prompt } = answer;
  saveDelivery(db, { requestHash, contentSalt, delivered, trace, prompt, answeredAtMs });
}

function saveSignature(db: Database, requestHash: Hex, signature: CompactSignature): void {
  const served = db.get(REQUEST, { requestHash });
  const encoded = encoding.encodeSignature(signature);
  if (served?.["status"] === "signed" && served["executor_signature"] === encoded) return;
  if (served?.["status"] !== "answered") throw misuse("A signature over an answer that was not saved", requestHash);
  const request = encoding.requestOf(served);
  const lane = laneKey(request.client, request.lane);
  const before = encoding.laneStateOf(db.get(LANE, lane));
  const after = advance(before, encoding.responseOf(served), encoding.hexOf(served, "response_hash"));
  db.run(SIGN, { requestHash, signature: encoded });
  db.run(ADVANCE, { ...lane, ...encoding.encodeLaneState(after) });
}

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

const pageValues = ({ limit, before = Number.MAX_SAFE_INTEGER, client }: ReceiptPage) => ({
  limit: Math.min(Math.max(1, limit), PAGE_LIMIT),
  before,
  client: client ?? null,
});

const servedReceiptOf = (row: encoding.Row): ServedReceipt => ({
  receipt: encoding.receiptOf(row),
  requestHash: encoding.hexOf(row, "request_hash"),
  responseHash: encoding.hexOf(row, "response_hash"),
  answeredAtMs: encoding.numberOf(row, "answered_at_ms"),
  cursor: encoding.numberOf(row, "id"),
});

const misuse = (what: string, requestHash: Hex): LloomError =>
  new LloomError("INTERNAL", `${what}: refused, since one request has one answer.`, { details: { requestHash } });
