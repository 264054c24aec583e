import type { Hex } from "@lloom/protocol/commitment-types";
import { DAY_MS, dayOf } from "../client/budget-period.ts";
import type { KeyHold, Spending } from "../client/key-spending.ts";
import type { RequestCharge } from "../client/request-charge.ts";
import { spendingOf } from "./fleet-book.ts";
import type { FleetDatabase, FleetRow } from "./fleet-database.ts";

/** A budget as it stood after a change. */
export interface ChangedBudget extends Spending {
  readonly keyId: number;
  readonly periodAtMs: number;
}

/** What requests of one gateway take from the fleet's budgets; each step is one statement, done or not. */
export interface FleetSpending {
  /** What the budget is then; undefined where it does not cover it, or the key is over. */
  hold(hold: KeyHold, budget: bigint | undefined): Promise<ChangedBudget | undefined>;
  /** Charges what a request did cost and lets go of the rest, once, however often it is said. */
  settle(requestHash: Hex, charge: RequestCharge): Promise<ChangedBudget | undefined>;
  /** Requests of this gateway that are held for. */
  own(): Promise<readonly { readonly requestHash: Hex; readonly keyId: number }[]>;
  /** Charges in full what gateways hold that never came back. */
  chargeLost(nowMs: number): Promise<void>;
}

/** Longer than any request can be settled: whose gateway has not said by then what it did cost, is gone. */
export const LOST_AFTER_MS = 3 * DAY_MS;

/** The row of the period is the lock: who comes second sees what the first one took. */
const HOLD = `WITH taken AS (
  INSERT INTO lloom_key_periods AS p (key_id, period_at_ms, spent, held)
  SELECT $1::integer, $2::bigint, 0, $3::numeric
  WHERE ($4::numeric IS NULL OR $3::numeric <= $4::numeric) AND EXISTS (SELECT 1 FROM lloom_api_keys
    WHERE id = $1 AND revoked_at_ms IS NULL AND (expires_at_ms IS NULL OR expires_at_ms > $8))
  ON CONFLICT (key_id, period_at_ms) DO UPDATE SET held = p.held + EXCLUDED.held
  WHERE $4::numeric IS NULL OR p.spent + p.held + EXCLUDED.held <= $4::numeric
  RETURNING p.key_id, p.period_at_ms, p.spent, p.held
), noted AS (
  INSERT INTO lloom_key_holds (request_hash, gateway, key_id, model, amount, period_at_ms, day_at_ms, at_ms)
  SELECT $5, $6, key_id, $7, $3::numeric, period_at_ms, $9::bigint, $8::bigint FROM taken
) SELECT * FROM taken`;
const SETTLE = `WITH gone AS (
  DELETE FROM lloom_key_holds WHERE request_hash = $1 AND gateway = $2 RETURNING *
), changed AS (
  UPDATE lloom_key_periods p SET spent = p.spent + $3::numeric, held = p.held - gone.amount FROM gone
  WHERE p.key_id = gone.key_id AND p.period_at_ms = gone.period_at_ms
  RETURNING p.key_id, p.period_at_ms, p.spent, p.held
), used AS (
  INSERT INTO lloom_key_usage AS u (key_id, day_at_ms, model, requests, inbound, outbound, cost)
  SELECT key_id, day_at_ms, model, $4::bigint, $5::bigint, $6::bigint, $3::numeric FROM gone WHERE $3::numeric > 0 OR $4::bigint > 0
  ON CONFLICT (key_id, day_at_ms, model) DO UPDATE SET requests = u.requests + EXCLUDED.requests,
    inbound = u.inbound + EXCLUDED.inbound, outbound = u.outbound + EXCLUDED.outbound, cost = u.cost + EXCLUDED.cost
) SELECT * FROM changed`;
const CHARGE_LOST = `WITH gone AS (
  DELETE FROM lloom_key_holds WHERE at_ms < $1 RETURNING *
), sums AS (
  SELECT key_id, period_at_ms, sum(amount) AS amount FROM gone GROUP BY key_id, period_at_ms
) UPDATE lloom_key_periods p SET spent = p.spent + sums.amount, held = p.held - sums.amount FROM sums
  WHERE p.key_id = sums.key_id AND p.period_at_ms = sums.period_at_ms`;
const OWN = "SELECT request_hash, key_id FROM lloom_key_holds WHERE gateway = $1";

/** What this gateway takes and gives back. */
export function fleetSpending(db: FleetDatabase, gateway: string): FleetSpending {
  return {
    hold: async ({ keyId, requestHash, model, amount, periodAtMs, atMs }, budget) => {
      const most = budget === undefined ? null : String(budget);
      const request = [requestHash, gateway, model, atMs, dayOf(atMs)];
      return changedOf(await db.query(HOLD, [keyId, periodAtMs, String(amount), most, ...request]));
    },
    settle: async (requestHash, { cost, isAnswered, inboundTokens, outboundTokens }) => {
      const counts = [isAnswered ? 1 : 0, inboundTokens, outboundTokens];
      return changedOf(await db.query(SETTLE, [requestHash, gateway, String(cost), ...counts]));
    },
    own: async () =>
      (await db.query(OWN, [gateway])).map((row) => ({
        requestHash: row["request_hash"] as Hex,
        keyId: Number(row["key_id"]),
      })),
    chargeLost: async (nowMs) => void (await db.query(CHARGE_LOST, [nowMs - LOST_AFTER_MS])),
  };
}

function changedOf([row]: readonly FleetRow[]): ChangedBudget | undefined {
  return row && { ...spendingOf(row), keyId: Number(row["key_id"]), periodAtMs: Number(row["period_at_ms"]) };
}
