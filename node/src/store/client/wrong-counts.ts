import type { CompactSignature, Hex, Receipt, ResponseCommitment } from "@lloom/protocol/commitment-types";
import type { RequestFrame } from "@lloom/protocol/messages";
import type { TokenCounts } from "@lloom/protocol/token-counts";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** What was asked and answered, as both hashes were taken over it. */
export interface OpenedAnswer
  extends Pick<RequestFrame, "messages" | "sampling" | "weightsHash" | "profileHash" | "offerHash"> {
  readonly text: string;
}

/** A response whose counts are not those of the model's tokenizer. */
export interface NoticedCount {
  readonly requestHash: Hex;
  readonly response: ResponseCommitment;
  readonly responseHash: Hex;
  readonly executorSignature: CompactSignature;
  readonly contentSalt: Hex;
  /** What the tokenizer counts. */
  readonly counts: TokenCounts;
  readonly opened: OpenedAnswer;
  readonly noticedAtMs: number;
}

/** All that opens a dispute about the counts, and that shows them to jurors. */
export interface WrongCount extends Omit<NoticedCount, "response" | "executorSignature"> {
  readonly receipt: Receipt;
  readonly promptSalt: Hex;
}

/**
 * What a client keeps of answers that it refused for their counts: their executor may settle them all the same, and then
 * they can be disputed. What was said is encrypted; all of it goes with the request.
 */
export interface WrongCounts {
  /** On disk when it returns. */
  saveWrongCount(noticed: NoticedCount): void;
  /** The newest first. */
  wrongCounts(limit: number): readonly WrongCount[];
  wrongCount(requestHash: Hex): WrongCount | undefined;
}

const SAVE = `INSERT INTO wrong_counts VALUES (:requestHash, :response, :responseHash, :signature, :contentSalt,
  :inbound, :outbound, :opened, :noticedAtMs) ON CONFLICT DO NOTHING`;
const WRONG = `SELECT w.*, r.request, r.client_signature, r.prompt_salt
  FROM wrong_counts w JOIN own_requests r ON r.request_hash = w.request_hash`;
const PRUNE = `DELETE FROM wrong_counts WHERE NOT EXISTS
  (SELECT 1 FROM own_requests r WHERE r.request_hash = wrong_counts.request_hash)`;

export const openWrongCounts = (db: Database): WrongCounts => ({
  saveWrongCount: (noticed) => db.write(() => save(db, noticed)),
  wrongCounts: (limit) =>
    db.all(`${WRONG} ORDER BY w.noticed_at_ms DESC LIMIT :limit`, { limit }).map((row) => wrongCountOf(db, row)),
  wrongCount: (requestHash) => {
    const row = db.get(`${WRONG} WHERE w.request_hash = :requestHash`, { requestHash });
    return row && wrongCountOf(db, row);
  },
});

/** Forgets those whose request is forgotten; inside `write`. */
export const pruneWrongCounts = (db: Database): void => void db.run(PRUNE);

function save(db: Database, noticed: NoticedCount): void {
  const { requestHash, response, responseHash, contentSalt, counts, opened, noticedAtMs } = noticed;
  db.run(SAVE, {
    ...{ requestHash, responseHash, contentSalt, noticedAtMs },
    response: encoding.encodeCommitment(response),
    signature: encoding.encodeSignature(noticed.executorSignature),
    inbound: counts.inboundTokens,
    outbound: counts.outboundTokens,
    opened: db.cipher.encrypt(new TextEncoder().encode(JSON.stringify(opened)), recordOf(requestHash)),
  });
}

function wrongCountOf(db: Database, row: encoding.Row): WrongCount {
  const requestHash = encoding.hexOf(row, "request_hash");
  const opened = db.cipher.decrypt(encoding.bytesOf(row, "opened"), recordOf(requestHash));
  return {
    requestHash,
    receipt: encoding.receiptOf(row),
    responseHash: encoding.hexOf(row, "response_hash"),
    promptSalt: encoding.hexOf(row, "prompt_salt"),
    contentSalt: encoding.hexOf(row, "content_salt"),
    counts: {
      inboundTokens: encoding.numberOf(row, "true_inbound"),
      outboundTokens: encoding.numberOf(row, "true_outbound"),
    },
    opened: JSON.parse(new TextDecoder().decode(opened)),
    noticedAtMs: encoding.numberOf(row, "noticed_at_ms"),
  };
}

const recordOf = (requestHash: Hex): string => `wrong count ${requestHash}`;
