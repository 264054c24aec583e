import { afterEach, beforeEach, expect } from "vitest";
import type { Gateway } from "../../node/src/gateway/gateway.ts";
import type { GatewayOptions } from "../../node/src/gateway/gateway-options.ts";
import type { X402Parts } from "../../node/src/gateway/x402/payment-door.ts";
import type { PaymentRequirements } from "../../node/src/gateway/x402/payment-form.ts";
import { type CallerPayments, openCallerPayments } from "../../node/src/store/client/caller-payments.ts";
import { type Database, openDatabase } from "../../node/src/store/database/database.ts";
import { ASK, post, type StagedGateway, stageGateway } from "./staged-gateway.ts";
import { headerOf, newPayer, type Required, type StagedLedger, stageLedger } from "./staged-payments.ts";

/** What a payer has at first. */
export const RICH = 10n ** 9n;

/** What each test of calls that are paid has anew: a gateway over a staged client, its payments, and a ledger with a payer who is rich. */
export interface PaidStage {
  readonly staged: StagedGateway;
  readonly db: Database;
  readonly ledger: StagedLedger;
  readonly payments: CallerPayments;
}

/** For a file of tests; what `now` returns is the running test's. */
export function stagePaidCalls() {
  let stage: PaidStage;
  const payer = newPayer();
  beforeEach(() => {
    const staged = stageGateway();
    const db = openDatabase(staged.memory.path, { beside: true });
    const ledger = stageLedger();
    ledger.balances.set(payer.address, RICH);
    stage = { staged, db, ledger, payments: openCallerPayments(db) };
  });
  afterEach(async () => {
    stage.db[Symbol.dispose]();
    await stage.staged[Symbol.asyncDispose]();
  });
  return {
    payer,
    now: (): PaidStage => stage,
    start: (more: Partial<X402Parts> = {}, options: Partial<GatewayOptions> = {}): Promise<Gateway> =>
      stage.staged.start({ x402: stage.ledger.parts(stage.payments, more), ...options }),
    spent: (): bigint => RICH - (stage.ledger.balances.get(payer.address) ?? 0n),
  };
}

/** What a call has to be paid. */
export async function requirementsOf(gateway: Gateway, body: object = ASK): Promise<PaymentRequirements> {
  const told = await post(gateway, body);
  expect(told.status).toBe(402);
  return headerOf<Required>(told, "payment-required").accepts[0];
}

/** A call with its payment. */
export const pay = (gateway: Gateway, payment: string, { body = ASK, ...headers }: Record<string, unknown> = {}) =>
  post(gateway, body, { headers: { "payment-signature": payment, ...(headers as Record<string, string>) } });

/** How a call failed. */
export async function failureOf(response: Response): Promise<{ status: number; code: string; message: string }> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { status: response.status, code: error.code, message: error.message };
}
