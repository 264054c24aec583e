import { describe, expect, it, vi } from "vitest";
import { answering, failing, hanging, type StagedClient } from "../../../../test/support/staged-client.ts";
import { ASK, post } from "../../../../test/support/staged-gateway.ts";
import { failureOf, pay, RICH, requirementsOf, stagePaidCalls } from "../../../../test/support/staged-paid-calls.ts";
import { headerOf, signPayment } from "../../../../test/support/staged-payments.ts";
import { LloomError } from "../../errors.ts";
import type { SettlementResponse } from "./payment-form.ts";

/** 17 bytes of prompt and 144 tokens of a template at 0.11 for a million, 256 tokens, half of the context, at 0.44. */
const AMOUNT = 131n;

const { payer, now, start, spent } = stagePaidCalls();
const client = (): StagedClient => now().staged.client;

describe("a payment whose answer is asked for", () => {
  it("is not taken for an answer that fails, and pays for another one then", async () => {
    const gateway = await start();
    const payment = signPayment(payer, await requirementsOf(gateway));
    client().script = () => failing(new LloomError("STREAM_INTERRUPTED", "It broke."), "Half");
    expect((await pay(gateway, payment)).status).toBe(502);
    expect([now().ledger.asked.includes("settle"), spent()]).toEqual([false, 0n]);
    client().script = () => answering("Whole.");
    expect((await pay(gateway, payment)).status).toBe(200);
    expect(spent()).toBe(AMOUNT);
  });

  it("that cannot be taken leaves the answer untold, and its payer is not answered for a while", async () => {
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    client().script = () => {
      now().ledger.balances.set(payer.address, 0n);
      return answering("A secret answer.");
    };
    const told = await pay(gateway, signPayment(payer, accepted));
    expect(headerOf<SettlementResponse>(told, "payment-response")).toMatchObject({
      ...{ success: false, transaction: "", errorReason: "invalid_exact_evm_insufficient_balance" },
    });
    const text = await told.text();
    expect([told.status, text.includes("PAYMENT_NOT_SETTLED"), text.includes("secret")]).toEqual([402, true, false]);
    now().ledger.balances.set(payer.address, RICH);
    expect((await pay(gateway, signPayment(payer, accepted))).status).toBe(402);
    expect(client().asked.length).toBe(1);
  });

  it("of which nobody says whether it was taken is looked up on the chain", async () => {
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    now().ledger.settle = (_, take) => {
      take();
      throw new Error("the connection broke");
    };
    expect((await pay(gateway, signPayment(payer, accepted))).status).toBe(200);
    now().ledger.isReadable = false;
    const told = await pay(gateway, signPayment(payer, accepted));
    expect(await failureOf(told)).toMatchObject({ status: 502, code: "PAYMENT_UNSETTLED" });
  });

  it("is taken also when its caller hangs up: the answer was made for it", async () => {
    const gate = Promise.withResolvers<void>();
    client().script = async function* () {
      await gate.promise;
      yield* answering("Late.");
    };
    const gateway = await start();
    const hangUp = new AbortController();
    const headers = { "payment-signature": signPayment(payer, await requirementsOf(gateway)) };
    const call = post(gateway, ASK, { headers, signal: hangUp.signal }).catch(() => "gone");
    await vi.waitFor(() => expect(client().asked.length).toBe(1), { timeout: 10_000 });
    hangUp.abort();
    expect(await call).toBe("gone");
    gate.resolve();
    await vi.waitFor(() => expect(spent()).toBe(AMOUNT), { timeout: 10_000 });
  });
});

it("cuts an answer off that would come too late for its payment", async () => {
  let lateMs = 0;
  client().script = (_, signal) => hanging(signal, "Slow");
  now().ledger.verify = () => {
    lateMs = 10_900;
    return undefined;
  };
  const gateway = await start({ clock: () => Date.now() + lateMs });
  const accepted = await requirementsOf(gateway);
  const validBefore = BigInt(Math.floor(Date.now() / 1000)) + 71n;
  expect((await pay(gateway, signPayment(payer, accepted, { validBefore }))).status).toBeGreaterThanOrEqual(499);
  expect([client().asked.length, spent()]).toEqual([1, 0n]);
});
