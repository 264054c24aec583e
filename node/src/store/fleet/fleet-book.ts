import type { TokenUnit } from "@lloom/protocol/amounts";
import { LloomError } from "../../errors.ts";
import { type ApiKey, hintOf, type KeyTerms, keyOf, nameTaken, secretDigest } from "../client/api-keys.ts";
import { type KeyUsage, NOTHING_SPENT, type Spending, usageOf } from "../client/key-spending.ts";
import type { FleetDatabase, FleetRow } from "./fleet-database.ts";

/** Of whose money a fleet pays. */
export interface FleetNetwork extends TokenUnit {
  /** Chain and contract. */
  readonly network: string;
}

/** A fleet's keys and what they spent, as Postgres has them now: as a gateway's own file, but asked for. */
export interface FleetBook {
  /** What amounts are in; undefined before a gateway of the fleet has run. */
  token(): Promise<TokenUnit | undefined>;
  /** Throws CONFIG_INVALID for a fleet of another network. */
  belongTo(network: FleetNetwork): Promise<void>;
  hasAny(): Promise<boolean>;
  bySecret(secret: string): Promise<ApiKey | undefined>;
  byId(id: number): Promise<ApiKey | undefined>;
  byName(name: string): Promise<ApiKey | undefined>;
  list(): Promise<readonly ApiKey[]>;
  add(terms: KeyTerms, secret: string, nowMs: number): Promise<ApiKey>;
  revoke(id: number, nowMs: number): Promise<boolean>;
  spending(keyId: number, periodAtMs: number): Promise<Spending>;
  usage(sinceMs: number, keyId?: number): Promise<readonly KeyUsage[]>;
}

const BELONG = "INSERT INTO lloom_fleet (network, symbol, decimals) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const BY_NAME = `SELECT * FROM lloom_api_keys WHERE name = $1 ORDER BY revoked_at_ms IS NULL DESC, id DESC LIMIT 1`;
const ADD = `INSERT INTO lloom_api_keys (name, digest, hint, budget, period, models, per_minute, made_at_ms, expires_at_ms)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING *`;
const REVOKE = "UPDATE lloom_api_keys SET revoked_at_ms = $2 WHERE id = $1 AND revoked_at_ms IS NULL RETURNING id";
const SPENDING = "SELECT spent, held FROM lloom_key_periods WHERE key_id = $1 AND period_at_ms = $2";
const USAGE = `SELECT * FROM lloom_key_usage WHERE day_at_ms >= $1 AND ($2::integer IS NULL OR key_id = $2)
  ORDER BY day_at_ms DESC, key_id, model`;

/** What a fleet's database holds. */
export function fleetBook(db: FleetDatabase): FleetBook {
  const one = async (sql: string, value: string | number): Promise<ApiKey | undefined> => {
    const [row] = await db.query(sql, [value]);
    return row && keyOf(plain(row));
  };
  return {
    token: async () => {
      const [row] = await db.query("SELECT symbol, decimals FROM lloom_fleet");
      return row && { symbol: String(row["symbol"]), decimals: Number(row["decimals"]) };
    },
    belongTo: async ({ network, symbol, decimals }) => {
      await db.query(BELONG, [network, symbol, decimals]);
      const [row] = await db.query("SELECT network FROM lloom_fleet");
      if (row?.["network"] !== network) throw ofAnotherNetwork(String(row?.["network"]), network);
    },
    hasAny: async () => (await db.query("SELECT 1 FROM lloom_api_keys LIMIT 1")).length > 0,
    bySecret: (secret) => one("SELECT * FROM lloom_api_keys WHERE digest = $1", secretDigest(secret)),
    byId: (id) => one("SELECT * FROM lloom_api_keys WHERE id = $1", id),
    byName: (name) => one(BY_NAME, name),
    list: async () => (await db.query("SELECT * FROM lloom_api_keys ORDER BY id")).map((row) => keyOf(plain(row))),
    add: async ({ name, budget, models, perMinute, expiresAtMs }, secret, nowMs) => {
      const limits = [models === undefined ? null : JSON.stringify(models), perMinute ?? null];
      const terms = [budget?.amount ?? null, budget?.period ?? null, ...limits, nowMs, expiresAtMs ?? null];
      const [row] = await db.query(ADD, [name, secretDigest(secret), hintOf(secret), ...terms]);
      if (row === undefined) throw nameTaken(name);
      return keyOf(plain(row));
    },
    revoke: async (id, nowMs) => (await db.query(REVOKE, [id, nowMs])).length > 0,
    spending: async (keyId, periodAtMs) => {
      const [row] = await db.query(SPENDING, [keyId, periodAtMs]);
      return row === undefined ? NOTHING_SPENT : spendingOf(row);
    },
    usage: async (sinceMs, keyId) =>
      (await db.query(USAGE, [sinceMs, keyId ?? null])).map((row) => usageOf(plain(row))),
  };
}

/** Of a row with both columns. */
export const spendingOf = ({ spent, held }: FleetRow): Spending => ({
  spent: BigInt(String(spent)),
  held: BigInt(String(held)),
});

const MOMENTS_AND_COUNTS = /_ms$|^(requests|inbound|outbound)$/;

/** As SQLite would give it: Postgres gives large numbers as text. */
const plain = (row: FleetRow): Record<string, string | number | null> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value !== null && MOMENTS_AND_COUNTS.test(name) ? Number(value) : (value as string | number | null),
    ]),
  );

const ofAnotherNetwork = (found: string, asked: string): LloomError =>
  new LloomError("CONFIG_INVALID", `The keys' database belongs to ${found}, not to ${asked}.`, {
    next: "Give each network a database of its own: --keys-database.",
  });
