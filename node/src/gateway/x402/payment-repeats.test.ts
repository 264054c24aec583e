import { describe, expect, it, vi } from "vitest";
import { answering, type StagedClient } from "../../../../test/support/staged-client.ts";
import { ASK, post } from "../../../../test/support/staged-gateway.ts";
import { failureOf, pay, RICH, requirementsOf, stagePaidCalls } from "../../../../test/support/staged-paid-calls.ts";
import { newPayer, signPayment } from "../../../../test/support/staged-payments.ts";

/** 17 bytes of prompt and 144 tokens of a template at 0.11 for a million, 256 tokens, half of the context, at 0.44. */
const AMOUNT = 131n;

const { payer, now, start, spent } = stagePaidCalls();
const client = (): StagedClient => now().staged.client;

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
    expect([client().asked.length, spent()]).toEqual([1, AMOUNT]);
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
    now().ledger.balances.set(other.address, RICH);
    expect((await pay(gateway, signPayment(other, accepted), KEY)).headers.get("idempotent-replayed")).toBeNull();
    expect(client().asked.length).toBe(2);
  });

  it("has one of several payments taken for one call, also when they come together", async () => {
    const gate = Promise.withResolvers<void>();
    client().script = async function* () {
      await gate.promise;
      yield* answering("Once.");
    };
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    const calls = Array.from({ length: 4 }, () => pay(gateway, signPayment(payer, accepted), KEY));
    await vi.waitFor(() => expect(now().ledger.asked.length).toBe(4), { timeout: 10_000 });
    gate.resolve();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect([client().asked.length, now().ledger.made.size, spent()]).toEqual([1, 1, AMOUNT]);
  });

  it("has the kept answer told once its payment is taken, where it could not be at first", async () => {
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    const payment = signPayment(payer, accepted);
    now().ledger.settle = () => ({ taken: false, reason: "no gas" });
    expect((await pay(gateway, payment, KEY)).status).toBe(402);
    // Another payment is not taken while the first may still be.
    expect((await failureOf(await pay(gateway, signPayment(payer, accepted), KEY))).code).toBe("PAYMENT_UNSETTLED");
    now().ledger.settle = (_, take) => take();
    expect((await pay(gateway, payment, KEY)).status).toBe(200);
    expect([client().asked.length, now().ledger.made.size]).toEqual([1, 1]);
  });
});
