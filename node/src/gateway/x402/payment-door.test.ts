import { vectorLine } from "@lloom/protocol/form/vectors";
import { worstCost } from "@lloom/protocol/lane";
import { mostEmbeddingTokens } from "@lloom/protocol/token-bounds";
import { describe, expect, it, vi } from "vitest";
import { answering, END, type StagedClient } from "../../../../test/support/staged-client.ts";
import { ASK, openai, post } from "../../../../test/support/staged-gateway.ts";
import { failureOf, pay, RICH, requirementsOf, stagePaidCalls } from "../../../../test/support/staged-paid-calls.ts";
import { headerOf, newPayer, PAY_TO, type Required, signPayment } from "../../../../test/support/staged-payments.ts";
import { LloomError } from "../../errors.ts";
import type { SettlementResponse } from "./payment-form.ts";

/** 17 bytes of prompt and 144 tokens of a template at 0.11 for a million, 256 tokens, half of the context, at 0.44. */
const AMOUNT = 131n;

const { payer, now, start, spent } = stagePaidCalls();
const client = (): StagedClient => now().staged.client;

describe("a caller without a key", () => {
  it("is told what the answer costs at most, and asks nothing of the network", async () => {
    const gateway = await start();
    const told = await post(gateway, ASK);
    expect(headerOf<Required>(told, "payment-required")).toMatchObject({
      x402Version: 2,
      error: "PAYMENT-SIGNATURE header is required",
      resource: { url: `${gateway.url}/v1/chat/completions` },
      accepts: [
        {
          ...{ scheme: "exact", network: "eip155:31337", amount: String(AMOUNT), maxTimeoutSeconds: 690 },
          ...{ asset: expect.stringMatching(/^0x70/), extra: { name: "Staged Dollar", version: "1" } },
        },
      ],
    });
    expect(await failureOf(told)).toMatchObject({ status: 402, code: "PAYMENT_REQUIRED" });
    expect(told.headers.get("x-should-retry")).toBe("false");
    expect([client().asked.length, now().ledger.asked.length]).toEqual([0, 0]);
  });

  it("pays for every answer and every executor that is paid for it, and the operator's fee", async () => {
    const price = async () => ({ inboundPrice: 100_000n, outboundPrice: 400_000n, executors: 3 });
    const gateway = await start({ price, pricing: { marginPercent: 10, fee: 1_000n } });
    expect((await requirementsOf(gateway, { ...ASK, n: 2 })).amount).toBe(String(6n * AMOUNT + 1_000n));
  });

  it("pays for texts that are embedded by their own tokens, in as many requests as they take, and is told their vectors", async () => {
    const gateway = await start();
    const { url } = gateway;
    const input = Array.from({ length: 17 }, (_, place) => "x".repeat(place === 16 ? 1 : 1_000));
    const embed = (headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${url}/v1/embeddings`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ model: ASK.model, input }),
      });
    const asked = await embed();
    expect(asked.status).toBe(402);
    const [required] = headerOf<Required>(asked, "payment-required").accepts;
    const costs = [input.slice(0, 16), input.slice(16)].map((texts) =>
      worstCost({
        ...{ inboundPrice: 110_000n, outboundPrice: 0n, maxOutboundTokens: 0n },
        maxInboundTokens: mostEmbeddingTokens(texts.map((content) => ({ content }))),
      }),
    );
    expect(BigInt(required.amount)).toBe(costs.reduce((sum, cost) => sum + cost, 0n));
    client().script = async function* ({ messages, purse }) {
      for (const [choice, cost] of costs.entries()) {
        purse?.hold("0x00", cost);
        const text = messages.slice(choice * 16, choice * 16 + 16).map(() => vectorLine([3, 4]) ?? "");
        yield { type: "text", text: text.join(""), choice };
        yield { ...END, choice };
      }
    };
    const told = await embed({ "payment-signature": signPayment(payer, required) });
    expect(told.status).toBe(200);
    expect(((await told.json()) as { data: unknown[] }).data).toHaveLength(17);
    expect(spent()).toBe(BigInt(required.amount));
  });

  it("hears before it pays that nobody can answer", async () => {
    const price = () => Promise.reject(new LloomError("UNSUPPORTED", "Nobody can do this."));
    const gateway = await start({ price });
    expect((await post(gateway, ASK)).status).toBe(400);
    expect((await post(gateway, { ...ASK, model: "unheard-of" })).status).toBe(404);
  });

  it("is answered once it has paid, by executors whose price the payment covers, and is shown by what transaction", async () => {
    client().script = ({ purse }) => {
      purse?.hold("0x00", AMOUNT);
      return answering("Paid.");
    };
    const gateway = await start();
    const told = await pay(gateway, signPayment(payer, await requirementsOf(gateway)));
    expect(told.status).toBe(200);
    expect(await told.json()).toMatchObject({ choices: [{ message: { content: "Paid." } }] });
    const [made] = [...now().ledger.made.values()];
    expect(headerOf<SettlementResponse>(told, "payment-response")).toEqual({
      ...{ success: true, transaction: made?.transaction, network: "eip155:31337", payer: payer.address },
    });
    expect([spent(), made?.value]).toEqual([AMOUNT, AMOUNT]);
    expect(client().asked[0]?.question).toMatchObject({
      ...{ maxPrice: { inbound: 110_000n, outbound: 440_000n }, maxOutboundTokens: 256, whole: true },
    });
    expect(now().ledger.asked).toEqual(["verify", "settle"]);
  });

  it("may name the key x402, for clients that always send one; any other key is none", async () => {
    const gateway = await start();
    expect((await post(gateway, ASK, { headers: { authorization: "Bearer x402" } })).status).toBe(402);
    for (const authorization of ["Bearer none", "Bearer x402x"])
      expect((await post(gateway, ASK, { headers: { authorization } })).status).toBe(401);
    expect(client().asked).toEqual([]);
  });

  it("sees the models and nothing else", async () => {
    const gateway = await start();
    const statusOf = async (path: string) => (await fetch(`${gateway.url}${path}`)).status;
    expect(await Promise.all(["/v1/models", "/v1/models/lloom-tiny", "/health"].map(statusOf))).toEqual([
      200, 200, 200,
    ]);
    expect(await Promise.all(["/metrics", "/v1/usage", "/v1/key"].map(statusOf))).toEqual([401, 401, 401]);
  });

  it("is streamed its answer from its beginning once it is whole and paid", async () => {
    client().script = () => answering("One ", "two.");
    const gateway = await start();
    const body = { ...ASK, stream: true };
    const told = await pay(gateway, signPayment(payer, await requirementsOf(gateway, body)), { body });
    expect(headerOf<SettlementResponse>(told, "payment-response").success).toBe(true);
    expect(told.headers.get("content-type")).toMatch(/event-stream/);
    expect(await told.text()).toMatch(/One [\s\S]*two\.[\s\S]*\[DONE\]/);
  });
});

describe("a caller with a key", () => {
  it("is asked for no payment", async () => {
    const gateway = await start({}, { apiKeys: ["known"] });
    expect((await openai(gateway, "known").chat.completions.create(ASK)).choices).toHaveLength(1);
    expect(now().ledger.asked).toEqual([]);
  });
});

describe("a payment", () => {
  it("that is not what was asked for is refused with what is, and nothing is asked of the network", async () => {
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    const other = newPayer();
    const now = BigInt(Math.floor(Date.now() / 1000));
    const wrong: Record<string, string> = {
      "the amount is too low": signPayment(payer, { ...accepted, amount: String(AMOUNT - 1n) }),
      invalid_exact_evm_authorization_value: signPayment(payer, accepted, { value: AMOUNT - 1n }),
      invalid_exact_evm_recipient_mismatch: signPayment(payer, accepted, { to: other.address }),
      invalid_exact_evm_network_mismatch: signPayment(payer, { ...accepted, network: "eip155:1" }),
      invalid_exact_evm_scheme: signPayment(payer, { ...accepted, scheme: "upto" as "exact" }),
      invalid_exact_evm_signature: signPayment(other, accepted, { from: payer.address }),
      invalid_exact_evm_payload_authorization_valid_after: signPayment(payer, accepted, { validAfter: now + 60n }),
      invalid_exact_evm_payload_authorization_valid_before: signPayment(payer, accepted, { validBefore: now + 60n }),
      invalid_exact_evm_insufficient_balance: signPayment(other, accepted),
    };
    for (const [why, payment] of Object.entries(wrong)) {
      const told = await pay(gateway, payment);
      expect([told.status, headerOf<Required>(told, "payment-required").error]).toEqual([402, why]);
    }
    for (const payment of ["none", Buffer.from("{}").toString("base64")])
      expect(await failureOf(await pay(gateway, payment))).toMatchObject({ status: 400, code: "PAYMENT_INVALID" });
    expect([client().asked.length, spent()]).toEqual([0, 0n]);
  });

  it("pays for one answer", async () => {
    const gateway = await start();
    const payment = signPayment(payer, await requirementsOf(gateway));
    expect((await pay(gateway, payment)).status).toBe(200);
    for (const body of [ASK, { ...ASK, seed: 1 }])
      expect(await failureOf(await pay(gateway, payment, { body }))).toMatchObject({
        status: 409,
        code: "PAYMENT_USED",
      });
    expect([client().asked.length, spent()]).toEqual([1, AMOUNT]);
  });

  it("pays for one of several calls that come together", async () => {
    const gateway = await start();
    const payment = signPayment(payer, await requirementsOf(gateway));
    const all = await Promise.all(Array.from({ length: 6 }, () => pay(gateway, payment)));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
    expect([client().asked.length, spent()]).toEqual([1, AMOUNT]);
  });

  it("is held to what its payer owes for other answers", async () => {
    now().ledger.balances.set(payer.address, AMOUNT + 1n);
    client().script = async function* () {
      await gate.promise;
      yield* answering("One.");
    };
    const gate = Promise.withResolvers<void>();
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    const first = pay(gateway, signPayment(payer, accepted));
    await vi.waitFor(() => expect(client().asked.length).toBe(1), { timeout: 10_000 });
    expect((await pay(gateway, signPayment(payer, accepted))).status).toBe(402);
    gate.resolve();
    expect((await first).status).toBe(200);
  });

  it("is asked for again where the price has risen and the quote is forgotten, and holds while it is not", async () => {
    let outboundPrice = 400_000n;
    const price = async () => ({ inboundPrice: 100_000n, outboundPrice, executors: 1 });
    const first = await start({ price });
    const payment = signPayment(payer, await requirementsOf(first));
    outboundPrice = 800_000n;
    const second = await start({ price });
    const told = await pay(second, payment);
    expect([told.status, headerOf<Required>(told, "payment-required").error]).toEqual([402, "the amount is too low"]);
    expect((await pay(first, payment)).status).toBe(200);
    expect(client().asked[0]?.question.maxPrice).toEqual({ inbound: 110_000n, outbound: 440_000n });
  });

  it("buys no request that may cost more than it covers", async () => {
    client().script = ({ purse }) => {
      purse?.hold("0x00", AMOUNT + 1n);
      return answering("Dear.");
    };
    const gateway = await start();
    expect((await pay(gateway, signPayment(payer, await requirementsOf(gateway)))).status).toBe(409);
    expect(spent()).toBe(0n);
  });

  it("comes so often in a minute from one payer", async () => {
    const gateway = await start({ perMinute: 1 });
    const accepted = await requirementsOf(gateway);
    expect((await pay(gateway, signPayment(payer, accepted))).status).toBe(200);
    const told = await pay(gateway, signPayment(payer, accepted));
    expect([told.status, told.headers.get("retry-after")]).toEqual([429, "60"]);
    const other = newPayer();
    now().ledger.balances.set(other.address, RICH);
    expect((await pay(gateway, signPayment(other, accepted))).status).toBe(200);
  });

  it("is refused while nobody can check it, and nothing is asked", async () => {
    const gateway = await start();
    const accepted = await requirementsOf(gateway);
    now().ledger.verify = () => {
      throw new Error("no connection");
    };
    const told = await failureOf(await pay(gateway, signPayment(payer, accepted)));
    expect(told).toMatchObject({ status: 503, code: "FACILITATOR_UNREACHABLE" });
    expect(client().asked).toEqual([]);
  });
});

it("says whom to pay, and needs no key to listen where others reach it", async () => {
  const gateway = await start({}, { host: "0.0.0.0" });
  const { port } = new URL(gateway.url);
  const accepted = await requirementsOf({ ...gateway, url: `http://127.0.0.1:${port}` });
  expect(accepted.payTo.toLowerCase()).toBe(PAY_TO);
});
