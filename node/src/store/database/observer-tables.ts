import { hex, unsigned } from "./column-forms.ts";

/** The tables of observers, as newest entries of `MIGRATIONS`: what is said there of entries holds for these. */
export const OBSERVER_TABLES: readonly string[] = [
  `
  -- Observer: where executors with a stake were last said to be.
  CREATE TABLE observed_executors (
    executor ${hex("executor", 20)} PRIMARY KEY,
    peer_id TEXT NOT NULL,
    multiaddrs TEXT NOT NULL,
    heard_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Observer: what executors offered from when on; without prices: nothing more.
  CREATE TABLE observed_terms (
    executor ${hex("executor", 20)} NOT NULL,
    model_hash ${hex("model_hash", 32)} NOT NULL,
    at_ms INTEGER NOT NULL,
    model TEXT NOT NULL,
    inbound_price ${unsigned("inbound_price")},
    outbound_price ${unsigned("outbound_price")},
    max_context INTEGER NOT NULL,
    capacity INTEGER NOT NULL,
    weights_hash ${hex("weights_hash", 32)} NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (executor, model_hash, at_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX observed_terms_models ON observed_terms (model_hash, at_ms);
  CREATE INDEX observed_terms_age ON observed_terms (at_ms);

  -- Observer: one row per call of an executor, for days; without times: it did not answer.
  CREATE TABLE observed_samples (
    executor ${hex("executor", 20)} NOT NULL,
    at_ms INTEGER NOT NULL,
    connect_ms REAL,
    response_ms REAL,
    PRIMARY KEY (executor, at_ms),
    CHECK ((connect_ms IS NULL) = (response_ms IS NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX observed_samples_age ON observed_samples (at_ms);

  -- Observer: the same by hour, for months.
  CREATE TABLE observed_hours (
    executor ${hex("executor", 20)} NOT NULL,
    hour_ms INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    connect_ms REAL,
    response_ms REAL,
    PRIMARY KEY (executor, hour_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX observed_hours_age ON observed_hours (hour_ms);
  `,
];
