import type {
  Address,
  CompactSignature,
  Hex,
  RequestCommitment,
  ResponseCommitment,
} from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { advance, requestProblem, responseProblem } from "@lloom/protocol/lane";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import type { LaneDues } from "../database/lane-dues.ts";
import { saveDelivery } from "./delivery-log.ts";

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

/** What is stored of one answer, step by step; a part of the executor's log. */
export interface AnswerSteps {
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
  /** Stores the signature over the saved answer, advances the lane and frees it. Again with the same one: no change. */
  saveSignature(requestHash: Hex, signature: CompactSignature): void;
  /** Ends a running request without an answer and frees its lane. Does nothing when it is not running. */
  fail(requestHash: Hex, code: ErrorCode): void;
}

/** A request that is not signed yet, in memory too: its row holds it as text. */
interface AtWork {
  readonly request: RequestCommitment;
  readonly answer?: Pick<SavedAnswer, "response" | "responseHash">;
}
type Working = BoundedMap<Hex, AtWork>;
/** More than run at a time; of the others the row is read. */
const MOST_AT_WORK = 4_096;

/** Opens this part of the log; `dues` hears of every lane in which another amount may be owed. */
export function openAnswerSteps(db: Database, dues: LaneDues): AnswerSteps {
  const working: Working = new BoundedMap({ most: MOST_AT_WORK });
  return {
    accept: (accepted) => {
      dues.written(accepted.request.client, accepted.request.lane);
      // Lost with this process, it is a request that nobody answers: the next one takes none that was accepted here.
      db.writeSoon(() => accept(db, accepted), { mayRest: true });
      working.set(accepted.requestHash, accepted);
    },
    saveAnswer: (answer) => {
      const request = db.writeSoon(() => saveAnswer(db, working, answer));
      dues.written(request.client, request.lane);
      working.set(answer.requestHash, { request, answer });
    },
    saveSignature: (requestHash, signature) => {
      // What is owed was said by the saved answer, which the next process would sign again, and the same way.
      db.writeSoon(() => saveSignature(db, working, { requestHash, signature }), { mayRest: true });
      working.delete(requestHash);
    },
    fail: (requestHash, code) => {
      const request = working.get(requestHash)?.request ?? requestOf(db, requestHash);
      if (request !== undefined) dues.written(request.client, request.lane);
      db.write(() => db.run(FAIL, { requestHash, code }), { synced: false });
      working.delete(requestHash);
    },
  };
}

export const LANE = "SELECT * FROM served_lanes WHERE client = :client AND lane = :lane";
export const BUSY =
  "SELECT 1 FROM served_requests WHERE client = :client AND lane = :lane AND status IN ('running', 'answered')";
export const REQUEST = "SELECT * FROM served_requests WHERE request_hash = :requestHash";
const STATUS = "SELECT status, executor_signature FROM served_requests WHERE request_hash = :requestHash";
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
const FAIL = `UPDATE served_requests SET status = 'failed', failure = :code
  WHERE request_hash = :requestHash AND status = 'running'`;

/** Parameters that name a lane. */
export const laneKey = (client: Address, lane: bigint) => ({ client, lane: encoding.encodeInteger(lane) });

function accept(db: Database, { requestHash, request, clientSignature, acceptedAtMs }: AcceptedRequest): void {
  const lane = laneKey(request.client, request.lane);
  db.run(FORGET_FAILED, { requestHash });
  if (db.get(STATUS, { requestHash }) !== undefined) {
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

/** Returns what it answers. */
function saveAnswer(db: Database, working: Working, answer: SavedAnswer): RequestCommitment {
  const { requestHash, response, responseHash, answeredAtMs } = answer;
  if (db.get(STATUS, { requestHash })?.["status"] !== "running")
    throw misuse("An answer to a request that does not run", requestHash);
  const { request } = atWork(db, working, requestHash);
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
  return request;
}

function requestOf(db: Database, requestHash: Hex): RequestCommitment | undefined {
  const row = db.get(REQUEST, { requestHash });
  return row && encoding.requestOf(row);
}

/** A request that runs or is answered. */
function atWork(db: Database, working: Working, requestHash: Hex): AtWork {
  const known = working.get(requestHash);
  if (known !== undefined) return known;
  const row = db.get(REQUEST, { requestHash });
  if (row === undefined) throw misuse("A request that is not known", requestHash);
  const request = encoding.requestOf(row);
  if (row["response"] === null) return { request };
  return {
    request,
    answer: { response: encoding.responseOf(row), responseHash: encoding.hexOf(row, "response_hash") },
  };
}

function saveSignature(
  db: Database,
  working: Working,
  { requestHash, signature }: { readonly requestHash: Hex; readonly signature: CompactSignature },
): void {
  const served = db.get(STATUS, { requestHash });
  const encoded = encoding.encodeSignature(signature);
  if (served?.["status"] === "signed" && served["executor_signature"] === encoded) return;
  const { request, answer } = served?.["status"] === "answered" ? atWork(db, working, requestHash) : {};
  if (request === undefined || answer === undefined)
    throw misuse("A signature over an answer that was not saved", requestHash);
  const lane = laneKey(request.client, request.lane);
  const after = advance(encoding.laneStateOf(db.get(LANE, lane)), answer.response, answer.responseHash);
  db.run(SIGN, { requestHash, signature: encoded });
  db.run(ADVANCE, { ...lane, ...encoding.encodeLaneState(after) });
}

const misuse = (what: string, requestHash: Hex): LloomError =>
  new LloomError("INTERNAL", `${what}: refused, since one request has one answer.`, { details: { requestHash } });
