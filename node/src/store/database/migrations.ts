import type { DatabaseSync } from "node:sqlite";
import { LloomError } from "../../errors.ts";
import { AUDIT_TABLES, RETURNING_KEYS } from "./audit-tables.ts";
import { hex, unsigned } from "./column-forms.ts";
import { EVIDENCE_TABLES } from "./evidence-tables.ts";
import { OBSERVER_TABLES } from "./observer-tables.ts";
import { GATEWAY_TABLES } from "./payment-tables.ts";
import { rolledBack } from "./rolled-back.ts";
import { textWithoutKey } from "./store-failure.ts";
import type { TextCipher } from "./text-cipher.ts";

const lane = (peer: string): string => `
  ${peer} ${hex(peer, 20)} NOT NULL,
  lane ${unsigned("lane")} NOT NULL`;
const laneState = `
  nonce ${unsigned("nonce")} NOT NULL,
  cost ${unsigned("cost")} NOT NULL,
  inbound ${unsigned("inbound")} NOT NULL,
  outbound ${unsigned("outbound")} NOT NULL,
  response_hash ${hex("response_hash", 32)} NOT NULL,
  settled_nonce ${unsigned("settled_nonce")} NOT NULL,
  settled_cost ${unsigned("settled_cost")} NOT NULL`;
const signedRequest = `
  request_hash ${hex("request_hash", 32)} NOT NULL UNIQUE,
  nonce ${unsigned("nonce")} NOT NULL,
  cost_cap ${unsigned("cost_cap")} NOT NULL,
  deadline INTEGER NOT NULL,
  request TEXT NOT NULL,
  client_signature ${hex("client_signature", 64)} NOT NULL`;
const signedResponse = `
  cumulative_cost ${unsigned("cumulative_cost")},
  response TEXT,
  response_hash ${hex("response_hash", 32)},
  executor_signature ${hex("executor_signature", 64)}`;

/**
 * Every version of the tables, oldest first; index + 1 is the version. A released entry never changes: a change of the
 * tables is a new entry.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- Executor: one row per lane that ever had a signed answer.
  CREATE TABLE served_lanes (${lane("client")}, ${laneState},
    settling_nonce ${unsigned("settling_nonce")},
    settling_tx ${hex("settling_tx", 32)},
    -- Given up: the chain will never pay more for this lane.
    written_off TEXT,
    PRIMARY KEY (client, lane)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX served_owed ON served_lanes (client) WHERE cost > settled_cost AND written_off IS NULL;

  -- Executor: one row per accepted request. running -> answered -> signed, or running -> failed.
  CREATE TABLE served_requests (
    id INTEGER PRIMARY KEY,
    ${lane("client")}, ${signedRequest}, ${signedResponse},
    status TEXT NOT NULL CHECK (status IN ('running', 'answered', 'signed', 'failed')),
    failure TEXT CHECK ((failure IS NOT NULL) = (status = 'failed')),
    accepted_at_ms INTEGER NOT NULL,
    answered_at_ms INTEGER,
    CHECK ((status IN ('answered', 'signed')) = (response IS NOT NULL)),
    CHECK ((response IS NULL) = (response_hash IS NULL) AND (response IS NULL) = (cumulative_cost IS NULL)),
    CHECK ((status = 'signed') = (executor_signature IS NOT NULL))
  ) STRICT;
  -- A lane answers one request at a time, and one request per nonce.
  CREATE UNIQUE INDEX served_busy ON served_requests (client, lane) WHERE status IN ('running', 'answered');
  CREATE UNIQUE INDEX served_nonce ON served_requests (client, lane, nonce) WHERE status <> 'failed';
  CREATE INDEX served_open ON served_requests (status) WHERE status IN ('running', 'answered');
  CREATE INDEX served_age ON served_requests (accepted_at_ms);

  -- Executor: what was put on the wire, until no dispute can ask for it any more.
  CREATE TABLE deliveries (
    request_hash ${hex("request_hash", 32)} PRIMARY KEY,
    content_salt ${hex("content_salt", 32)} NOT NULL,
    delivered BLOB NOT NULL,
    answered_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX deliveries_age ON deliveries (answered_at_ms);

  -- Client: one row per lane that it ever opened. A retired lane is never used again.
  CREATE TABLE own_lanes (${lane("executor")}, ${laneState},
    status TEXT NOT NULL CHECK (status IN ('idle', 'busy', 'retired')),
    retired_because TEXT CHECK ((retired_because IS NOT NULL) = (status = 'retired')),
    PRIMARY KEY (executor, lane)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX own_idle ON own_lanes (executor, nonce) WHERE status = 'idle';
  CREATE INDEX own_owed ON own_lanes (executor) WHERE cost > settled_cost;
  CREATE INDEX own_busy ON own_lanes (status) WHERE status = 'busy';

  -- Client: one row per signed request. sent -> answered, or sent -> failed.
  CREATE TABLE own_requests (
    id INTEGER PRIMARY KEY,
    ${lane("executor")}, ${signedRequest}, ${signedResponse},
    status TEXT NOT NULL CHECK (status IN ('sent', 'answered', 'failed')),
    failure TEXT CHECK ((failure IS NOT NULL) = (status = 'failed')),
    prompt_salt ${hex("prompt_salt", 32)} NOT NULL,
    content_salt ${hex("content_salt", 32)},
    sent_at_ms INTEGER NOT NULL,
    answered_at_ms INTEGER,
    CHECK ((status = 'answered') = (response IS NOT NULL)),
    CHECK ((status = 'answered') = (executor_signature IS NOT NULL)),
    FOREIGN KEY (executor, lane) REFERENCES own_lanes (executor, lane)
  ) STRICT;
  CREATE INDEX own_lane ON own_requests (executor, lane, nonce);
  CREATE INDEX own_sent ON own_requests (executor) WHERE status = 'sent';
  CREATE INDEX own_age ON own_requests (sent_at_ms);
  `,
  // Delivered text was readable before.
  "UPDATE deliveries SET delivered = encrypted(delivered, 'delivery ' || request_hash);",
  `
  -- Gateway: one row per call that its caller named. The name is a digest; call and answer are encrypted.
  CREATE TABLE keyed_calls (
    name TEXT PRIMARY KEY,
    call BLOB NOT NULL,
    requests TEXT NOT NULL,
    answer BLOB,
    bytes INTEGER NOT NULL,
    began_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX keyed_age ON keyed_calls (began_at_ms, bytes);
  `,
  // Executor: the trace of an answer, kept and deleted with its text; null without one.
  "ALTER TABLE deliveries ADD COLUMN trace BLOB;",
  `
  -- Both roles: what is owed by a deadline of the chain, whose seconds these are. Only what its rules say changes a state.
  CREATE TABLE duties (
    kind TEXT NOT NULL CHECK (kind IN ('answer', 'dispute', 'report')),
    id ${hex("id", 32)} NOT NULL,
    request_hash ${hex("request_hash", 32)} NOT NULL,
    peer ${hex("peer", 20)} NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    amount ${unsigned("amount")} NOT NULL,
    matured ${unsigned("matured")} NOT NULL,
    penalty ${unsigned("penalty")} NOT NULL,
    bond ${unsigned("bond")} NOT NULL,
    response TEXT,
    signature ${hex("signature", 64)},
    salt ${hex("salt", 32)},
    noted_at INTEGER NOT NULL,
    ended_at INTEGER,
    closed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id),
    CHECK ((response IS NULL) = (signature IS NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX duties_open ON duties (kind, due_at) WHERE closed = 0;

  -- Executor: what clients signed that had an answer.
  CREATE TABLE acknowledgements (
    response_hash ${hex("response_hash", 32)} PRIMARY KEY,
    request_hash ${hex("request_hash", 32)} NOT NULL,
    signature ${hex("signature", 64)} NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX served_lane ON served_requests (client, lane, nonce);

  -- Client: texts that came by the chain, or after the question was over; encrypted.
  CREATE TABLE late_answers (
    request_hash ${hex("request_hash", 32)} PRIMARY KEY,
    text BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Client: answers that the executor knows to be acknowledged.
  CREATE TABLE own_acks (request_hash ${hex("request_hash", 32)} PRIMARY KEY) STRICT, WITHOUT ROWID;
  `,
  `
  -- Client: one row per answer that was refused for its counts. What was said is encrypted.
  CREATE TABLE wrong_counts (
    request_hash ${hex("request_hash", 32)} PRIMARY KEY,
    response TEXT NOT NULL,
    response_hash ${hex("response_hash", 32)} NOT NULL,
    executor_signature TEXT NOT NULL,
    content_salt ${hex("content_salt", 32)} NOT NULL,
    true_inbound INTEGER NOT NULL,
    true_outbound INTEGER NOT NULL,
    opened BLOB NOT NULL,
    noticed_at_ms INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- Executor: what was asked, kept and deleted with the text; null in what versions before kept.
  ALTER TABLE deliveries ADD COLUMN prompt BLOB;

  -- Client: what it asked and what came, as it would accuse with it; encrypted.
  CREATE TABLE own_evidence (
    request_hash ${hex("request_hash", 32)} PRIMARY KEY,
    prompt BLOB NOT NULL,
    text BLOB
  ) STRICT;
  `,
  `
  -- Duties of measured disputes, of jurors, and of whoever looks after the disputes of others. A vote is saved once.
  CREATE TABLE duties_of_all (
    kind TEXT NOT NULL CHECK (kind IN ('answer', 'dispute', 'report', 'defend', 'accuse', 'judge', 'tend')),
    id ${hex("id", 32)} NOT NULL,
    request_hash ${hex("request_hash", 32)} NOT NULL,
    peer ${hex("peer", 20)} NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    amount ${unsigned("amount")} NOT NULL,
    matured ${unsigned("matured")} NOT NULL,
    penalty ${unsigned("penalty")} NOT NULL,
    bond ${unsigned("bond")} NOT NULL,
    response TEXT,
    signature ${hex("signature", 64)},
    salt ${hex("salt", 32)},
    noted_at INTEGER NOT NULL,
    ended_at INTEGER,
    closed INTEGER NOT NULL DEFAULT 0,
    choice TEXT CHECK (choice IN ('Mismatch', 'Match', 'Insufficient')),
    PRIMARY KEY (kind, id),
    CHECK ((response IS NULL) = (signature IS NULL)),
    CHECK (choice IS NULL OR (kind = 'judge' AND salt IS NOT NULL))
  ) STRICT, WITHOUT ROWID;
  INSERT INTO duties_of_all SELECT *, NULL FROM duties;
  DROP TABLE duties;
  ALTER TABLE duties_of_all RENAME TO duties;
  CREATE INDEX duties_open ON duties (kind, due_at) WHERE closed = 0;
  `,
  ...AUDIT_TABLES,
  `
  -- Client: the trace of an answer that it audited, which its executor may not show again; encrypted.
  ALTER TABLE own_evidence ADD COLUMN trace BLOB;
  `,
  `
  -- Watchtower: the newest pair of each lane of those that it guards. No text is in it. Times are the chain's.
  CREATE TABLE entrusted (
    executor ${hex("executor", 20)} NOT NULL,
    ${lane("client")},
    nonce ${unsigned("nonce")} NOT NULL,
    deadline INTEGER NOT NULL,
    request TEXT NOT NULL,
    response TEXT NOT NULL,
    client_signature ${hex("client_signature", 64)} NOT NULL,
    executor_signature ${hex("executor_signature", 64)} NOT NULL,
    acknowledgement ${hex("acknowledgement", 64)},
    fee_amount ${unsigned("fee_amount")},
    fee_signature ${hex("fee_signature", 64)},
    -- Saved before the fee is taken, so that it is taken once.
    fee_taken INTEGER NOT NULL DEFAULT 0,
    look_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (executor, client, lane),
    CHECK ((fee_amount IS NULL) = (fee_signature IS NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entrusted_due ON entrusted (executor, look_at);
  CREATE INDEX entrusted_age ON entrusted (executor, deadline);
  `,
  `
  -- Validator: when the trace of an answered canary is asked for; null where none is needed, or it is known what came of it.
  ALTER TABLE canaries ADD COLUMN trace_at INTEGER;
  CREATE INDEX canaries_traces ON canaries (trace_at) WHERE trace_at IS NOT NULL;
  `,
  ...EVIDENCE_TABLES,
  RETURNING_KEYS,
  ...GATEWAY_TABLES,
  ...OBSERVER_TABLES,
];

/** Whether an earlier version wrote the file, and nothing has brought its tables to this one. Throws STORE_FAILED as `migrate`. */
export const isOlder = (db: DatabaseSync, path: string): boolean => knownVersion(db, path) < MIGRATIONS.length;

function knownVersion(db: DatabaseSync, path: string): number {
  const found = Number(db.prepare("SELECT coalesce(max(version), 0) AS version FROM migrations").get()?.["version"]);
  if (found <= MIGRATIONS.length) return found;
  throw new LloomError("STORE_FAILED", `${path} was written by a newer Lloom (tables ${found}).`, {
    next: "Update Lloom, or use the data directory of this version.",
    details: { found, known: MIGRATIONS.length },
  });
}

/**
 * Brings the tables to the newest version, each step in one transaction together with its number; what a step leaves of
 * earlier bytes is overwritten.
 * @throws LloomError STORE_FAILED when a newer version wrote the file, or when its text must be encrypted without a cipher.
 */
export function migrate(
  db: DatabaseSync,
  { path, cipher }: { readonly path: string; readonly cipher: TextCipher | undefined },
): void {
  db.exec("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT");
  const found = knownVersion(db, path);
  if (found === MIGRATIONS.length) return;
  db.function("encrypted", (text, record) => {
    if (cipher === undefined || !(text instanceof Uint8Array)) throw textWithoutKey(path);
    return cipher.encrypt(text, String(record));
  });
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < found) continue;
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(sql);
      db.prepare("INSERT INTO migrations VALUES (?, datetime('now'))").run(index + 1);
      db.exec("COMMIT");
    } catch (cause) {
      throw rolledBack(db, cause);
    }
  }
  // The write-ahead log holds pages as they were.
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}
