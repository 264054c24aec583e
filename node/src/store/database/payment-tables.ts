import { BATCH_TABLES } from "./batch-tables.ts";
import { hex, unsigned } from "./column-forms.ts";
import { KEY_TABLES } from "./key-tables.ts";

/** The table of payments to a gateway, as the newest entry of `MIGRATIONS`: what is said there of entries holds for this. */
const PAYMENT_TABLES: readonly string[] = [
  `
  -- Gateway: one row per payment of a caller without an account, from before its answer is asked for.
  CREATE TABLE caller_payments (
    payer ${hex("payer", 20)} NOT NULL,
    nonce ${hex("nonce", 32)} NOT NULL,
    amount ${unsigned("amount")} NOT NULL,
    -- Unix seconds from which it is worth nothing.
    valid_before INTEGER NOT NULL,
    -- As it was sent.
    payment TEXT NOT NULL,
    -- Of the call that it pays for, where that has a name.
    call TEXT,
    state TEXT NOT NULL CHECK (state IN ('asked', 'settling', 'settled', 'void')),
    -- From which on the chain is searched for it.
    from_block INTEGER,
    settled_tx TEXT,
    taken_at_ms INTEGER NOT NULL,
    PRIMARY KEY (payer, nonce)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX caller_payment_calls ON caller_payments (call) WHERE call IS NOT NULL;
  CREATE INDEX caller_payment_ends ON caller_payments (valid_before);
  `,
];

/** What a client counts of the forms of answers. */
const FORM_TABLES: readonly string[] = [
  `
  -- Client: whole answers that had to have a form, by whom they came from; those that had it, and those that had not.
  CREATE TABLE form_counts (
    executor ${hex("executor", 20)} NOT NULL,
    model TEXT NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('calls', 'schema')),
    valid INTEGER NOT NULL,
    invalid INTEGER NOT NULL,
    PRIMARY KEY (executor, model, form)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** All tables of gateways, in the order in which they came. */
export const GATEWAY_TABLES: readonly string[] = [...KEY_TABLES, ...BATCH_TABLES, ...PAYMENT_TABLES, ...FORM_TABLES];
