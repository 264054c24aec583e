import { hex } from "./column-forms.ts";

/** The tables of a validator's audits, as the newest entries of `MIGRATIONS`: what is said there of entries holds for these. */
export const AUDIT_TABLES: readonly string[] = [
  `
  -- Validator: one row per epoch in which it audits.
  CREATE TABLE audit_epochs (
    epoch INTEGER PRIMARY KEY,
    seed ${hex("seed", 32)} NOT NULL,
    reported INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  -- Validator: one row per canary. planned -> asked -> answered -> judged, or asked -> unanswered, lost. Times are the chain's.
  -- What is asked and what came is encrypted.
  CREATE TABLE canaries (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL REFERENCES audit_epochs (epoch),
    executor ${hex("executor", 20)} NOT NULL,
    model TEXT NOT NULL,
    weights_hash ${hex("weights_hash", 32)} NOT NULL,
    ask_at INTEGER NOT NULL,
    question BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'asked', 'answered', 'judged', 'unanswered', 'lost')),
    answer BLOB,
    response_hash ${hex("response_hash", 32)},
    finding TEXT,
    CHECK ((state IN ('answered', 'judged')) = (answer IS NOT NULL)),
    CHECK ((state = 'judged') = (finding IS NOT NULL))
  ) STRICT;
  CREATE INDEX canaries_due ON canaries (ask_at) WHERE state = 'planned';
  CREATE INDEX canaries_open ON canaries (state) WHERE state IN ('asked', 'answered');
  CREATE INDEX canaries_about ON canaries (executor, weights_hash, id);
  CREATE INDEX canaries_epoch ON canaries (epoch);
  `,
  `
  -- Validator: which of its canary keys asks an executor in an epoch. A key asks nobody in two epochs.
  CREATE TABLE canary_shifts (
    executor ${hex("executor", 20)} NOT NULL,
    epoch INTEGER NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (executor, epoch),
    UNIQUE (executor, key)
  ) STRICT, WITHOUT ROWID;

  -- Validator: its own complaints. planned -> opened -> over, or planned -> dropped.
  CREATE TABLE complaints (
    id INTEGER PRIMARY KEY,
    executor ${hex("executor", 20)} NOT NULL,
    weights_hash ${hex("weights_hash", 32)} NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'opened', 'over', 'dropped')),
    word TEXT NOT NULL,
    dispute ${hex("dispute", 32)},
    planned_at INTEGER NOT NULL,
    CHECK ((state IN ('opened', 'over')) = (dispute IS NOT NULL))
  ) STRICT;
  CREATE INDEX complaints_open ON complaints (state) WHERE state IN ('planned', 'opened');
  -- The complaint that shows it: no canary is shown twice.
  ALTER TABLE canaries ADD COLUMN complaint INTEGER REFERENCES complaints (id);
  CREATE INDEX canaries_shown ON canaries (complaint) WHERE complaint IS NOT NULL;
  `,
];

/** A later one: canary keys come back to whom they have asked, until their traces are asked for. */
export const RETURNING_KEYS = `
  CREATE TABLE shifts_of_all (
    executor ${hex("executor", 20)} NOT NULL,
    epoch INTEGER NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (executor, epoch)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO shifts_of_all SELECT * FROM canary_shifts;
  DROP TABLE canary_shifts;
  ALTER TABLE shifts_of_all RENAME TO canary_shifts;
`;
