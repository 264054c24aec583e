import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answering, failing, hanging, type StagedClient } from "../../../../test/support/staged-client.ts";
import { ASK, post, type StagedGateway, stageGateway } from "../../../../test/support/staged-gateway.ts";
import {
  headerOf,
  newPayer,
  type Required,
  type StagedLedger,
  signPayment,
  stageLedger,
} from "../../../../test/support/staged-payments.ts";
import { LloomError } from "../../errors.ts";
import { type CallerPayments, openCallerPayments } from "../../store/client/caller-payments.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import type { Gateway } from "../gateway.ts";
import type { GatewayOptions } from "../gateway-options.ts";
import type { X402Parts } from "./payment-door.ts";
import type { PaymentRequirements, SettlementResponse } from "./payment-form.ts";

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

describe("a payment whose answer is asked for", () => {
  it("is not taken for an answer that fails, and pays for another one then", async () => {
    const gateway = await start();
    const payment = signPayment(payer, await requirementsOf(gateway));
    client.script = () => failing(new LloomError("STREAM_INTERRUPTED", "It broke."), "Half");
    expect((await pay(gateway, payment)).status).toBe(502);
    expect([ledger.asked.includes("settle"), spent()]).toEqual([false, 0n]);
    client.script = () => answering("Whole.");
    expect((await pay(gateway, payment)).status).toBe(200);
    expect(spent()).toBe(AMOUNT);
  });

  it("that cannot be taken leaves the answer untold, and its payer is not answered for a while", async () => {
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    client.script = () => {
      ledger.balances.set(payer.address, 0n);
      return answering("A secret answer.");
    };
    const told = await pay(gateway, signPayment(payer, accepted));
    expect(headerOf<SettlementResponse>(told, "payment-response")).toMatchObject({
      ...{ success: false, transaction: "", errorReason: "invalid_exact_evm_insufficient_balance" },
    });
    const text = await told.text();
    expect([told.status, text.includes("PAYMENT_NOT_SETTLED"), text.includes("secret")]).toEqual([402, true, false]);
    ledger.balances.set(payer.address, RICH);
    expect((await pay(gateway, signPayment(payer, accepted))).status).toBe(402);
    expect(client.asked.length).toBe(1);
  });

  it("of which nobody says whether it was taken is looked up on the chain", async () => {
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    ledger.settle = (_, take) => {
      take();
      throw new Error("the connection broke");
    };
    expect((await pay(gateway, signPayment(payer, accepted))).status).toBe(200);
    ledger.isReadable = false;
    const told = await pay(gateway, signPayment(payer, accepted));
    expect(await failureOf(told)).toMatchObject({ status: 502, code: "PAYMENT_UNSETTLED" });
  });

  it("is taken also when its caller hangs up: the answer was made for it", async () => {
    const gate = Promise.withResolvers<void>();
    client.script = async function* () {
      await gate.promise;
      yield* answering("Late.");
    };
    const gateway = await start();
    const hangUp = new AbortController();
    const headers = { "payment-signature": signPayment(payer, await requirementsOf(gateway)) };
    const call = post(gateway, ASK, { headers, signal: hangUp.signal }).catch(() => "gone");
    await vi.waitFor(() => expect(client.asked.length).toBe(1), { timeout: 10_000 });
    hangUp.abort();
    expect(await call).toBe("gone");
    gate.resolve();
    await vi.waitFor(() => expect(spent()).toBe(AMOUNT), { timeout: 10_000 });
  });
});

it("cuts an answer off that would come too late for its payment", async () => {
  let lateMs = 0;
  client.script = (_, signal) => hanging(signal, "Slow");
  ledger.verify = () => {
    lateMs = 10_900;
    return undefined;
  };
  const gateway = await start({ clock: () => Date.now() + lateMs });
  const accepted = await requirementsOf(gateway);
  const validBefore = BigInt(Math.floor(Date.now() / 1000)) + 71n;
  expect((await pay(gateway, signPayment(payer, accepted, { validBefore }))).status).toBeGreaterThanOrEqual(499);
  expect([client.asked.length, spent()]).toEqual([1, 0n]);
});
