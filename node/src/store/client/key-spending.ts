import type { Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import { dayOf } from "./budget-period.ts";
import type { RequestCharge } from "./request-charge.ts";

/** What a request may cost, and of what it is to be paid. */
export interface KeyHold {
  readonly keyId: number;
  readonly requestHash: Hex;
  readonly model: string;
  /** Base units. */
  readonly amount: bigint;
  /** When the budget's period began. */
  readonly periodAtMs: number;
  readonly atMs: number;
}

/** Of one budget, base units. */
export interface Spending {
  readonly spent: bigint;
  /** What requests may still cost whose end is not known. */
  readonly held: bigint;
}

/** Of a budget that nobody has touched. */
export const NOTHING_SPENT: Spending = { spent: 0n, held: 0n };

/** What one key had answered of one model on one day of UTC. */
export interface KeyUsage {
  readonly keyId: number;
  readonly dayAtMs: number;
  readonly model: string;
  /** Answered ones. */
  readonly requests: number;
  readonly inboundTokens: number;
  readonly outboundTokens: number;
  readonly cost: bigint;
}

/**
 * What API keys spend. Before a request is signed its most is held, in one transaction with the request; when its end is known the hold
 * goes, and what it did cost is noted, in one transaction too. So at every moment spent and held together are no more than the budget, and
 * a process that ends in between leaves a hold that the next one resolves by the client's log: it is neither lost nor counted twice.
 */
export interface KeySpending {
  /** Whether the budget covers it, given that it is at most so much; if so it is held. */
  hold(hold: KeyHold, budget: bigint | undefined): boolean;
  /** Resolves those of the holds whose end is known. */
  resolve(requests: readonly Hex[], chargeOf: (requestHash: Hex) => RequestCharge | undefined): void;
  /** Requests that are held for, of one key or of all. */
  held(keyId?: number): readonly Hex[];
  spending(keyId: number, periodAtMs: number): Spending;
  /** From a moment on, the newest day first. */
  usage(sinceMs: number, keyId?: number): readonly KeyUsage[];
}

const HOLD = `INSERT INTO key_holds (request_hash, key_id, model, amount, period_at_ms, day_at_ms)
  VALUES (:requestHash, :keyId, :model, :amount, :periodAtMs, :dayAtMs)`;
const HELD = "SELECT amount FROM key_holds WHERE key_id = :keyId AND period_at_ms = :periodAtMs";
const HELD_REQUESTS = "SELECT request_hash FROM key_holds WHERE :keyId IS NULL OR key_id = :keyId";
const ONE = "SELECT * FROM key_holds WHERE request_hash = :requestHash";
const LET_GO = "DELETE FROM key_holds WHERE request_hash = :requestHash";
const SPENT = "SELECT spent FROM key_periods WHERE key_id = :keyId AND period_at_ms = :periodAtMs";
const SPEND = `INSERT INTO key_periods (key_id, period_at_ms, spent) VALUES (:keyId, :periodAtMs, :spent)
  ON CONFLICT DO UPDATE SET spent = :spent`;
const USED = "SELECT * FROM key_usage WHERE key_id = :keyId AND day_at_ms = :dayAtMs AND model = :model";
const USE = `INSERT INTO key_usage (key_id, day_at_ms, model, requests, inbound, outbound, cost)
  VALUES (:keyId, :dayAtMs, :model, :requests, :inbound, :outbound, :cost)
  ON CONFLICT DO UPDATE SET requests = :requests, inbound = :inbound, outbound = :outbound, cost = :cost`;
const USAGE = `SELECT * FROM key_usage WHERE day_at_ms >= :sinceMs AND (:keyId IS NULL OR key_id = :keyId)
  ORDER BY day_at_ms DESC, key_id, model`;

/** Opens this part of the client's file. */
export function openKeySpending(db: Database): KeySpending {
  const spending = (keyId: number, periodAtMs: number): Spending => ({
    spent: amountIn(db.get(SPENT, { keyId, periodAtMs }), "spent"),
    held: db.all(HELD, { keyId, periodAtMs }).reduce((sum, row) => sum + encoding.integerOf(row, "amount"), 0n),
  });
  return {
    spending,
    hold: ({ keyId, requestHash, model, amount, periodAtMs, atMs }, budget) =>
      db.writeSoon(() => {
        const { spent, held } = spending(keyId, periodAtMs);
        if (budget !== undefined && spent + held + amount > budget) return false;
        const values = { keyId, requestHash, model, periodAtMs, dayAtMs: dayOf(atMs) };
        db.run(HOLD, { ...values, amount: encoding.encodeInteger(amount) });
        return true;
      }),
    resolve: (requests, chargeOf) => {
      if (requests.length > 0)
        db.writeSoon(() => {
          for (const requestHash of requests) resolve(db, requestHash, chargeOf(requestHash));
        });
    },
    held: (keyId) => db.all(HELD_REQUESTS, { keyId: keyId ?? null }).map((row) => encoding.hexOf(row, "request_hash")),
    usage: (sinceMs, keyId) => db.all(USAGE, { sinceMs, keyId: keyId ?? null }).map(usageOf),
  };
}

const amountIn = (row: encoding.Row | undefined, column: string): bigint =>
  row === undefined ? 0n : encoding.integerOf(row, column);

function resolve(db: Database, requestHash: Hex, charge: RequestCharge | undefined): void {
  const hold = charge && db.get(ONE, { requestHash });
  if (charge === undefined || hold === undefined) return;
  db.run(LET_GO, { requestHash });
  const { cost, inboundTokens, outboundTokens, isAnswered } = charge;
  if (cost === 0n && !isAnswered) return;
  const keyId = encoding.numberOf(hold, "key_id");
  const period = { keyId, periodAtMs: encoding.numberOf(hold, "period_at_ms") };
  const spent = amountIn(db.get(SPENT, period), "spent") + cost;
  db.run(SPEND, { ...period, spent: encoding.encodeInteger(spent) });
  const day = { keyId, dayAtMs: encoding.numberOf(hold, "day_at_ms"), model: encoding.textOf(hold, "model") };
  const row = db.get(USED, day);
  const used = row === undefined ? undefined : usageOf(row);
  db.run(USE, {
    ...day,
    requests: (used?.requests ?? 0) + (isAnswered ? 1 : 0),
    inbound: (used?.inboundTokens ?? 0) + inboundTokens,
    outbound: (used?.outboundTokens ?? 0) + outboundTokens,
    cost: encoding.encodeInteger((used?.cost ?? 0n) + cost),
  });
}

/** Of a row of usage. */
export const usageOf = (row: encoding.Row): KeyUsage => ({
  keyId: encoding.numberOf(row, "key_id"),
  dayAtMs: encoding.numberOf(row, "day_at_ms"),
  model: encoding.textOf(row, "model"),
  requests: encoding.numberOf(row, "requests"),
  inboundTokens: encoding.numberOf(row, "inbound"),
  outboundTokens: encoding.numberOf(row, "outbound"),
  cost: encoding.integerOf(row, "cost"),
});
