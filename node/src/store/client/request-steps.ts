import { randomBytes } from "node:crypto";
import type { Address, CompactSignature, Hex, Receipt, RequestCommitment } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { advance, EMPTY_LANE, type LaneState, requestProblem, responseProblem } from "@lloom/protocol/lane";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import type { LaneDues } from "../database/lane-dues.ts";
import { saveOwnPrompt, saveOwnText } from "./own-evidence.ts";

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

/** What is stored of one request, step by step; a part of the client's log. */
export interface RequestSteps {
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
  /**
   * Stores the receipt, advances the lane and makes it idle (a retired one stays retired); tell of it once `committed` has resolved.
   * @throws LloomError INTERNAL when the request was not sent; RESPONSE_INVALID when the answer does not fit it.
   */
  saveReceipt(received: ReceivedAnswer): void;
  /** The executor refused, having signed nothing: its lane is idle again, in the state before. */
  saveRefusal(requestHash: Hex, code: ErrorCode): void;
}

/** Requests without an answer, in memory too: their rows hold them as text. */
type UnderWay = BoundedMap<Hex, RequestCommitment>;
/** More than are under way at a time; of the others the row is read. */
const MOST_UNDER_WAY = 4_096;

/** Opens this part of the log; `dues` hears of every lane that is written. */
export function openRequestSteps(db: Database, dues: LaneDues): RequestSteps {
  const underWay: UnderWay = new BoundedMap({ most: MOST_UNDER_WAY });
  return {
    // Of no worth without the request that follows.
    reserveLane: (executor) => db.writeSoon(() => reserveLane(db, executor)),
    releaseLane: (executor, lane) => {
      db.write(() => db.run(RELEASE, laneKey(executor, lane)), { synced: false });
    },
    saveRequest: (sent) => {
      dues.written(sent.request.executor, sent.request.lane);
      db.writeSoon(() => saveRequest(db, sent));
      underWay.set(sent.requestHash, sent.request);
    },
    saveReceipt: (received) => {
      const { executor, lane } = db.writeSoon(() => saveReceipt(db, underWay, received));
      dues.written(executor, lane);
      underWay.delete(received.requestHash);
      db.onDiskSoon();
    },
    saveRefusal: (requestHash, code) => {
      const refused = db.write(() => saveRefusal(db, requestHash, code));
      if (refused !== undefined) dues.written(refused.executor, refused.lane);
    },
  };
}

export const LANE = "SELECT * FROM own_lanes WHERE executor = :executor AND lane = :lane";
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
const SEND = `INSERT INTO own_requests
  (executor, lane, nonce, cost_cap, deadline, request_hash, request, client_signature, prompt_salt, status, sent_at_ms)
  VALUES (:executor, :lane, :nonce, :costCap, :deadline, :requestHash, :request, :signature, :promptSalt, 'sent',
    :sentAtMs)`;
export const REQUEST = "SELECT * FROM own_requests WHERE request_hash = :requestHash";
const STATUS = "SELECT status FROM own_requests WHERE request_hash = :requestHash";
const ANSWER = `UPDATE own_requests SET status = 'answered', response = :response, response_hash = :responseHash,
  cumulative_cost = :cost, executor_signature = :signature, content_salt = :contentSalt, answered_at_ms = :receivedAtMs
  WHERE request_hash = :requestHash`;
const ADVANCE = `UPDATE own_lanes SET nonce = :nonce, cost = :cost, inbound = :inbound, outbound = :outbound,
  response_hash = :response_hash, status = CASE status WHEN 'busy' THEN 'idle' ELSE status END
  WHERE executor = :executor AND lane = :lane`;
const REFUSE = "UPDATE own_requests SET status = 'failed', failure = :code WHERE request_hash = :requestHash";

/** Parameters that name a lane. */
export const laneKey = (executor: Address, lane: bigint) => ({ executor, lane: encoding.encodeInteger(lane) });

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

/** Returns what it answers. */
function saveReceipt(db: Database, underWay: UnderWay, received: ReceivedAnswer): RequestCommitment {
  const { requestHash, responseHash, receipt, contentSalt, receivedAtMs, text } = received;
  if (db.get(STATUS, { requestHash })?.["status"] !== "sent")
    throw misuse("A receipt for a request that is not under way", requestHash);
  const request = underWay.get(requestHash) ?? encoding.requestOf(db.get(REQUEST, { requestHash }) ?? {});
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
  return request;
}

/** Returns what was refused; undefined if it was not under way. */
function saveRefusal(db: Database, requestHash: Hex, code: ErrorCode): RequestCommitment | undefined {
  const row = db.get(REQUEST, { requestHash });
  if (row?.["status"] !== "sent") return undefined;
  db.run(REFUSE, { requestHash, code });
  db.run(RELEASE, { executor: encoding.textOf(row, "executor"), lane: encoding.textOf(row, "lane") });
  return encoding.requestOf(row);
}

const misuse = (what: string, requestHash: Hex): LloomError =>
  new LloomError("INTERNAL", `${what}.`, { details: { requestHash } });
