import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answering, type StagedClient } from "../../../../test/support/staged-client.ts";
import { ASK, post, type StagedGateway, stageGateway } from "../../../../test/support/staged-gateway.ts";
import {
  headerOf,
  newPayer,
  type Required,
  type StagedLedger,
  signPayment,
  stageLedger,
} from "../../../../test/support/staged-payments.ts";
import { type CallerPayments, openCallerPayments } from "../../store/client/caller-payments.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import type { Gateway } from "../gateway.ts";
import type { GatewayOptions } from "../gateway-options.ts";
import type { X402Parts } from "./payment-door.ts";
import type { PaymentRequirements } from "./payment-form.ts";

const RICH = 10n ** 9n;
/** 17 bytes of prompt and 144 tokens of a template at 0.11 for a million, 256 tokens, half of the context, at 0.44. */
const AMOUNT = 131n;

let staged: StagedGateway;
let client: StagedClient;
let db: Database;
let ledger: StagedLedger;
let payments: CallerPayments;
const payer = newPayer();
beforeEach(() => {
  staged = stageGateway();
  client = staged.client;
  db = openDatabase(staged.memory.path, { beside: true });
  payments = openCallerPayments(db);
  ledger = stageLedger();
  ledger.balances.set(payer.address, RICH);
});
afterEach(async () => {
  db[Symbol.dispose]();
  await staged[Symbol.asyncDispose]();
});

const start = (more: Partial<X402Parts> = {}, options: Partial<GatewayOptions> = {}): Promise<Gateway> =>
  staged.start({ x402: ledger.parts(payments, more), ...options });

/** What a call has to be paid. */
async function requirementsOf(gateway: Gateway, body: object = ASK): Promise<PaymentRequirements> {
  const told = await post(gateway, body);
  expect(told.status).toBe(402);
  return headerOf<Required>(told, "payment-required").accepts[0];
}

const pay = (gateway: Gateway, payment: string, { body = ASK, ...headers }: Record<string, unknown> = {}) =>
  post(gateway, body, { headers: { "payment-signature": payment, ...(headers as Record<string, string>) } });

async function failureOf(response: Response): Promise<{ status: number; code: string; message: string }> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { status: response.status, code: error.code, message: error.message };
}

const spent = (): bigint => RICH - (ledger.balances.get(payer.address) ?? 0n);

describe("an Idempotency-Key beside a payment", () => {
  const KEY = { "idempotency-key": "mine" };

  it("tells the answer again for the same payment, and for a new one of the same payer, which is not taken", async () => {
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    const payment = signPayment(payer, accepted);
    const first = await pay(gateway, payment, KEY);
    const told = await first.json();
    for (const again of [payment, signPayment(payer, accepted)]) {
      const repeat = await pay(gateway, again, KEY);
      expect([repeat.status, repeat.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
      expect(await repeat.json()).toEqual(told);
      expect(repeat.headers.get("payment-response")).toBe(first.headers.get("payment-response"));
    }
    expect([client.asked.length, spent()]).toEqual([1, AMOUNT]);
  });

  it("tells nobody else, and nobody who has not the key: a payment that was taken stands on the chain for all to see", async () => {
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    const payment = signPayment(payer, accepted);
    await pay(gateway, payment, KEY);
    for (const headers of [{}, { "idempotency-key": "guessed" }])
      expect(await failureOf(await pay(gateway, payment, headers))).toMatchObject({ code: "PAYMENT_USED" });
    expect((await post(gateway, ASK, { headers: KEY })).status).toBe(402);
    const other = newPayer();
    ledger.balances.set(other.address, RICH);
    expect((await pay(gateway, signPayment(other, accepted), KEY)).headers.get("idempotent-replayed")).toBeNull();
    expect(client.asked.length).toBe(2);
  });

  it("has one of several payments taken for one call, also when they come together", async () => {
    const gate = Promise.withResolvers<void>();
    client.script = async function* () {
      await gate.promise;
      yield* answering("Once.");
    };
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    const calls = Array.from({ length: 4 }, () => pay(gateway, signPayment(payer, accepted), KEY));
    await vi.waitFor(() => expect(ledger.asked.length).toBe(4), { timeout: 10_000 });
    gate.resolve();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect([client.asked.length, ledger.made.size, spent()]).toEqual([1, 1, AMOUNT]);
  });

  it("has the kept answer told once its payment is taken, where it could not be at first", async () => {
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    const payment = signPayment(payer, accepted);
    ledger.settle = () => ({ taken: false, reason: "no gas" });
    expect((await pay(gateway, payment, KEY)).status).toBe(402);
    // Another payment is not taken while the first may still be.
    expect((await failureOf(await pay(gateway, signPayment(payer, accepted), KEY))).code).toBe("PAYMENT_UNSETTLED");
    ledger.settle = (_, take) => take();
    expect((await pay(gateway, payment, KEY)).status).toBe(200);
    expect([client.asked.length, ledger.made.size]).toEqual([1, 1]);
  });
});
