import { unsigned } from "./column-forms.ts";

/** The tables of a gateway's files and batches, as the newest entries of `MIGRATIONS`: what is said there of entries holds for these. */
export const BATCH_TABLES: readonly string[] = [
  `
  -- Gateway: one row per line of a batch that is under way, as keyed_calls has calls that their caller named.
  CREATE TABLE batch_calls (
    name TEXT PRIMARY KEY,
    call BLOB NOT NULL,
    requests TEXT NOT NULL,
    answer BLOB,
    bytes INTEGER NOT NULL,
    began_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX batch_calls_age ON batch_calls (began_at_ms, bytes);

  -- Gateway: files that callers sent, and that batches write. Names and lines are encrypted. Keys grow and never come again.
  CREATE TABLE kept_files (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('batch', 'batch_output')),
    name BLOB NOT NULL,
    bytes INTEGER NOT NULL DEFAULT 0,
    lines INTEGER NOT NULL DEFAULT 0,
    -- writing -> ready -> deleted, or writing -> deleted; a row is gone when its lines are.
    status TEXT NOT NULL DEFAULT 'writing' CHECK (status IN ('writing', 'ready', 'deleted')),
    made_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX kept_files_owned ON kept_files (owner, status, key);
  CREATE INDEX kept_files_age ON kept_files (status, expires_at_ms);
  CREATE TABLE kept_lines (
    file INTEGER NOT NULL REFERENCES kept_files (key),
    line INTEGER NOT NULL,
    text BLOB NOT NULL,
    PRIMARY KEY (file, line)
  ) STRICT;

  -- Gateway: one row per batch. A line is done once it stands in the output file or in that of errors, under its own number.
  CREATE TABLE batches (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
      ('validating', 'failed', 'in_progress', 'finalizing', 'completed', 'expired', 'cancelling', 'cancelled')),
    input INTEGER NOT NULL,
    output INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    made_at_ms INTEGER NOT NULL,
    ends_at_ms INTEGER NOT NULL,
    -- What its maker wrote, and when it came into which state; encrypted.
    record BLOB NOT NULL,
    total INTEGER NOT NULL DEFAULT 0,
    completed INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    inbound INTEGER NOT NULL DEFAULT 0,
    outbound INTEGER NOT NULL DEFAULT 0,
    cost ${unsigned("cost")} NOT NULL
  ) STRICT;
  CREATE INDEX batches_owned ON batches (owner, key);
  CREATE INDEX batches_open ON batches (state)
    WHERE state IN ('validating', 'in_progress', 'finalizing', 'cancelling');
  CREATE INDEX batches_age ON batches (made_at_ms);
  `,
];
