import type { Hex } from "@lloom/protocol/commitment-types";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import { packTrace } from "@lloom/protocol/trace";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import { decryptPrompt, encryptPrompt } from "../database/kept-prompt.ts";

/** What a client has in its hands to accuse with, besides the signatures. */
export interface OwnEvidence {
  readonly prompt: OpenedPrompt;
  /** UTF-8 of all text that came with the answer; `undefined` while none is here. */
  readonly text: Uint8Array | undefined;
  /** The trace as `packTrace` writes it, if the client has fetched it. */
  readonly trace: Uint8Array | undefined;
}

/** The part of the client's log that can show what was asked and answered, encrypted until no dispute can ask for it. */
export interface OwnEvidenceLog {
  ownEvidence(requestHash: Hex): OwnEvidence | undefined;
  /** Keeps leaves that the signed root covers: their executor may not show them to a jury. On disk when it returns. */
  saveTrace(fetched: { readonly requestHash: Hex; readonly leaves: readonly Uint8Array[] }): void;
}

const SAVE = "INSERT INTO own_evidence (request_hash, prompt) VALUES (:requestHash, :prompt)";
const ADD_TEXT = "UPDATE own_evidence SET text = :text WHERE request_hash = :requestHash AND text IS NULL";
const ADD_TRACE = "UPDATE own_evidence SET trace = :trace WHERE request_hash = :requestHash AND trace IS NULL";
const FIND = "SELECT prompt, text, trace FROM own_evidence WHERE request_hash = :requestHash";
/** The newest receipt of a lane in use outlives its evidence. */
const PRUNE = `DELETE FROM own_evidence WHERE request_hash NOT IN
  (SELECT request_hash FROM own_requests WHERE sent_at_ms >= :beforeMs)`;

export const openOwnEvidence = (db: Database): OwnEvidenceLog => ({
  ownEvidence: (requestHash) => {
    const row = db.get(FIND, { requestHash });
    if (row === undefined) return undefined;
    const { cipher } = db;
    return {
      prompt: decryptPrompt(cipher, requestHash, encoding.bytesOf(row, "prompt")),
      text: row["text"] === null ? undefined : cipher.decrypt(encoding.bytesOf(row, "text"), textName(requestHash)),
      trace: row["trace"] === null ? undefined : cipher.decrypt(encoding.bytesOf(row, "trace"), traceName(requestHash)),
    };
  },
  saveTrace: ({ requestHash, leaves }) => {
    const trace = db.cipher.encrypt(packTrace(leaves), traceName(requestHash));
    db.write(() => db.run(ADD_TRACE, { requestHash, trace }));
  },
});

/** Keeps what is about to be asked; inside `write`. */
export function saveOwnPrompt(db: Database, requestHash: Hex, prompt: OpenedPrompt): void {
  db.run(SAVE, { requestHash, prompt: encryptPrompt(db.cipher, requestHash, prompt) });
}

/** Keeps what came, beside what was asked; inside `write`. */
export function saveOwnText(db: Database, requestHash: Hex, text: Uint8Array): void {
  db.run(ADD_TEXT, { requestHash, text: db.cipher.encrypt(text, textName(requestHash)) });
}

/** Forgets what was sent before; inside `write`. */
export const pruneOwnEvidence = (db: Database, beforeMs: number): void => void db.run(PRUNE, { beforeMs });

const traceName = (requestHash: Hex): string => `own trace ${requestHash}`;
const textName = (requestHash: Hex): string => `own text ${requestHash}`;
