import { asLloomError, LloomError } from "../../errors.ts";

/** A row: numbers of 64 bits and more come as text. */
export type FleetRow = Readonly<Record<string, unknown>>;

/** The Postgres that several gateways share. */
export interface FleetDatabase extends AsyncDisposable {
  /** One statement, and so one transaction. Throws FleetAway where nobody knows whether it was carried out. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly FleetRow[]>;
}

/** Postgres does not answer, or refuses. */
export class FleetAway extends LloomError {
  constructor(cause: unknown) {
    const problem = cause instanceof Error && cause.message !== "" ? cause.message : "no connection";
    super("CONFIG_INVALID", `The keys' database does not answer: ${problem}.`, {
      cause,
      next: "Start its Postgres, or give another one: --keys-database postgres://USER@HOST/NAME",
    });
  }
}

const CONNECT_MS = 5_000;
const QUERY_MS = 10_000;
const MOST_CONNECTIONS = 8;
/** Any number, the same in all: so that two that start together do not make the tables twice. */
const TABLES_LOCK = 7_105_966;

/** Amounts are base units of the token: whole, and as large as a contract's. */
const TABLES = `BEGIN;
SELECT pg_advisory_xact_lock(${TABLES_LOCK});
CREATE TABLE IF NOT EXISTS lloom_fleet (one boolean PRIMARY KEY DEFAULT true CHECK (one), network text NOT NULL,
  symbol text NOT NULL, decimals integer NOT NULL);
CREATE TABLE IF NOT EXISTS lloom_api_keys (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
  digest text NOT NULL UNIQUE, hint text NOT NULL, budget text, period text, models text, per_minute integer,
  made_at_ms bigint NOT NULL, expires_at_ms bigint, revoked_at_ms bigint);
CREATE UNIQUE INDEX IF NOT EXISTS lloom_key_names ON lloom_api_keys (name) WHERE revoked_at_ms IS NULL;
CREATE TABLE IF NOT EXISTS lloom_key_periods (key_id integer REFERENCES lloom_api_keys, period_at_ms bigint,
  spent numeric(78) NOT NULL, held numeric(78) NOT NULL CHECK (held >= 0), PRIMARY KEY (key_id, period_at_ms));
CREATE TABLE IF NOT EXISTS lloom_key_holds (request_hash text PRIMARY KEY, gateway text NOT NULL,
  key_id integer NOT NULL REFERENCES lloom_api_keys, model text NOT NULL, amount numeric(78) NOT NULL,
  period_at_ms bigint NOT NULL, day_at_ms bigint NOT NULL, at_ms bigint NOT NULL);
CREATE INDEX IF NOT EXISTS lloom_holds_of ON lloom_key_holds (gateway);
CREATE INDEX IF NOT EXISTS lloom_holds_by_age ON lloom_key_holds (at_ms);
CREATE TABLE IF NOT EXISTS lloom_key_usage (key_id integer REFERENCES lloom_api_keys, day_at_ms bigint, model text,
  requests bigint NOT NULL, inbound bigint NOT NULL, outbound bigint NOT NULL, cost numeric(78) NOT NULL,
  PRIMARY KEY (key_id, day_at_ms, model));
COMMIT`;

/** Opens it, and makes its tables where there are none. Throws FleetAway. */
export async function openFleetDatabase(url: string): Promise<FleetDatabase> {
  // Only who shares keys needs it: no other start reads it.
  const { default: pg } = await import("pg");
  const times = { connectionTimeoutMillis: CONNECT_MS, query_timeout: QUERY_MS, statement_timeout: QUERY_MS };
  const pool = new pg.Pool({ connectionString: url, max: MOST_CONNECTIONS, application_name: "lloom", ...times });
  // Of a connection that nobody uses just now: the next query opens another one, or says why not.
  pool.on("error", () => undefined);
  const query = async (sql: string, values?: readonly unknown[]): Promise<readonly FleetRow[]> => {
    try {
      return (await pool.query(sql, values)).rows;
    } catch (cause) {
      throw new FleetAway(cause);
    }
  };
  try {
    await query(TABLES);
  } catch (thrown) {
    await pool.end();
    throw asLloomError(thrown);
  }
  return { query, [Symbol.asyncDispose]: () => pool.end() };
}
