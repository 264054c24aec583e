import { hex, unsigned } from "./column-forms.ts";

/** The tables of a gateway's API keys, as the newest entries of `MIGRATIONS`: what is said there of entries holds for these. */
export const KEY_TABLES: readonly string[] = [
  `
  -- Gateway: one row per API key. Of its secret there is a digest alone; the budget is in tokens of payment, as it was written.
  CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    digest ${hex("digest", 32)} NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    budget TEXT,
    period TEXT CHECK (period IN ('total', 'day', 'month')),
    models TEXT,
    per_minute INTEGER,
    made_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    revoked_at_ms INTEGER,
    CHECK ((budget IS NULL) = (period IS NULL))
  ) STRICT;
  CREATE UNIQUE INDEX api_key_names ON api_keys (name) WHERE revoked_at_ms IS NULL;

  -- Gateway: what a request that was signed for a key may cost, until it is known what it did cost.
  CREATE TABLE key_holds (
    request_hash ${hex("request_hash", 32)} PRIMARY KEY,
    key_id INTEGER NOT NULL REFERENCES api_keys (id),
    model TEXT NOT NULL,
    amount ${unsigned("amount")} NOT NULL,
    -- Of the budget that it counts against, and of the day of the call.
    period_at_ms INTEGER NOT NULL,
    day_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX key_held ON key_holds (key_id, period_at_ms);

  -- Gateway: what a key has spent of each budget, and by day and model.
  CREATE TABLE key_periods (
    key_id INTEGER NOT NULL REFERENCES api_keys (id),
    period_at_ms INTEGER NOT NULL,
    spent ${unsigned("spent")} NOT NULL,
    PRIMARY KEY (key_id, period_at_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE key_usage (
    key_id INTEGER NOT NULL REFERENCES api_keys (id),
    day_at_ms INTEGER NOT NULL,
    model TEXT NOT NULL,
    requests INTEGER NOT NULL,
    inbound INTEGER NOT NULL,
    outbound INTEGER NOT NULL,
    cost ${unsigned("cost")} NOT NULL,
    PRIMARY KEY (key_id, day_at_ms, model)
  ) STRICT, WITHOUT ROWID;
  `,
];
