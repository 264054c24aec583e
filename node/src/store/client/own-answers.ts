import type { CompactSignature, Hex, Receipt, RequestCommitment } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import type { OwnOutcome } from "./own-fate.ts";

/** One request as this client signed it, with what came of it. */
export interface OwnRequest extends Pick<OwnOutcome, "status" | "receipt"> {
  readonly request: RequestCommitment;
  readonly clientSignature: CompactSignature;
  /** Of the receipt's response, if there is one. */
  readonly responseHash: Hex | undefined;
}

/** The part of the client's log that knows which answers never came, and keeps those that came by the chain. */
export interface OwnAnswerLog {
  ownRequest(requestHash: Hex): OwnRequest | undefined;
  /** Keeps a text that did not come to who asked, encrypted. */
  saveLateAnswer(answer: { readonly requestHash: Hex; readonly text: Uint8Array }): void;
  lateAnswer(requestHash: Hex): Uint8Array | undefined;
  /** Receipts of the last answers of lanes in which nothing happened between the two moments, not acknowledged yet. */
  unacknowledged(between: { readonly fromMs: number; readonly toMs: number }): readonly Receipt[];
  /** The executor has the acknowledgement, or does not want it. */
  noteAcknowledged(requestHash: Hex): void;
}

const REQUEST = "SELECT * FROM own_requests WHERE request_hash = :requestHash";
const SAVE = "INSERT INTO late_answers VALUES (:requestHash, :text) ON CONFLICT DO NOTHING";
const FIND = "SELECT text FROM late_answers WHERE request_hash = :requestHash";
/**
 * The lane's next request would acknowledge it as well: only what is the last of an idle lane needs more. An answer that came
 * only when it was disputed gets none: its executor would rebut the dispute by that, and have the bond for withholding it.
 * Read every second or so: by lanes, since a search among all requests would take longer with each.
 */
const UNACKNOWLEDGED = `SELECT r.* FROM own_lanes l CROSS JOIN own_requests r
    ON l.executor = r.executor AND l.lane = r.lane AND l.nonce = r.nonce
  WHERE r.status = 'answered' AND l.status <> 'busy' AND r.answered_at_ms >= :fromMs AND r.answered_at_ms <= :toMs
    AND NOT EXISTS (SELECT 1 FROM own_acks a WHERE a.request_hash = r.request_hash)
    AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.kind = 'dispute' AND d.id = r.response_hash AND d.state <> 'came') ORDER BY r.id DESC LIMIT 64`;
const ACKNOWLEDGED = "INSERT INTO own_acks VALUES (:requestHash) ON CONFLICT DO NOTHING";

/** Opens this part of the log; `openClientLog` holds the whole. */
export function openOwnAnswers(db: Database): OwnAnswerLog {
  return {
    ownRequest: (requestHash) => {
      const row = db.get(REQUEST, { requestHash });
      return row && ownRequestOf(row);
    },
    saveLateAnswer: ({ requestHash, text }) => {
      const encrypted = db.cipher.encrypt(text, lateName(requestHash));
      db.write(() => db.run(SAVE, { requestHash, text: encrypted }));
    },
    lateAnswer: (requestHash) => {
      const row = db.get(FIND, { requestHash });
      return row && db.cipher.decrypt(encoding.bytesOf(row, "text"), lateName(requestHash));
    },
    unacknowledged: (between) => db.all(UNACKNOWLEDGED, between).map(encoding.receiptOf),
    // What a power failure takes is told once more.
    noteAcknowledged: (requestHash) => {
      db.write(() => db.run(ACKNOWLEDGED, { requestHash }), { synced: false });
    },
  };
}

function ownRequestOf(row: encoding.Row): OwnRequest {
  const status = encoding.textOf(row, "status");
  const isAnswered = status === "answered";
  return {
    status: isAnswered || status === "failed" ? status : "sent",
    request: encoding.requestOf(row),
    clientSignature: encoding.signatureOf(row, "client_signature"),
    receipt: isAnswered ? encoding.receiptOf(row) : undefined,
    responseHash: isAnswered ? encoding.hexOf(row, "response_hash") : undefined,
  };
}

/** By which a text is encrypted. */
const lateName = (requestHash: Hex): string => `late answer ${requestHash}`;
