/** A gateway's process that is killed at each step of a payment of x402: it is taken once at most, and who paid hears the answer. */
import { Transaction } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faucet } from "../../../node/src/chain/account/actions.ts";
import type { Chain } from "../../../node/src/chain/chain.ts";
import { tokenInterface } from "../../../node/src/chain/contracts.ts";
import { readTokenBalance } from "../../../node/src/chain/reads.ts";
import type { PaymentRequirements, SettlementResponse } from "../../../node/src/gateway/x402/payment-form.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";
import type { Program } from "../../support/processes.ts";
import { openGate, type Passage, type RpcGate } from "../../support/rpc-gate.ts";
import { headerOf, type Required, signPayment } from "../../support/staged-payments.ts";
import { oncePassed, type ScriptedBackend, says } from "./scripted-backend.ts";
import { until, type World } from "./world.ts";

/** A process of it, and where its API is. */
export interface Gateway {
  readonly program: Program;
  readonly url: string;
}

/** The parts of the gateway's world that the cases need. */
interface Ground {
  readonly world: World;
  readonly backend: ScriptedBackend;
  readonly chain: Chain;
  readonly startGateway: (flags: readonly string[], rpcUrl: string) => Promise<Gateway>;
  readonly kill: (gateway: Gateway) => Promise<void>;
}

const FLAGS = ["--x402", "exact", "--x402-fee", "0.001"];
const TAKE = tokenInterface.getFunction("transferWithAuthorization")?.selector;
const SEND = "eth_sendRawTransaction";

/** At which call of its chain's server it dies while it takes the payment, and what becomes of that call. */
const DEATHS: readonly (readonly [step: string, method: string, passage: Passage])[] = [
  ["the transfer is signed and does not arrive", SEND, "refuse"],
  ["the transfer arrives and nothing is heard of it", SEND, "loseAnswer"],
  ["the transfer is sent and its receipt is asked for", "eth_getTransactionReceipt", "loseAnswer"],
];

export function killedPaymentCases(ground: () => Ground): void {
  describe("lloom gateway, killed in a payment", { timeout: 240_000 }, () => {
    let gate: RpcGate;
    let payer: Identity;
    let gateway: Gateway;
    beforeAll(async () => {
      const { world, backend, startGateway } = ground();
      gate = await openGate(world.chain.rpcUrl);
      payer = await world.nextIdentity();
      await using stack = new AsyncDisposableStack();
      await faucet((await world.join(payer, world.chain.rpcUrl, stack)).chain);
      backend.script = says("Paid ", "once.");
      gateway = await startGateway(FLAGS, gate.rpcUrl);
    });
    afterAll(async () => {
      await ground().kill(gateway);
      await gate[Symbol.asyncDispose]();
    });

    const held = (): Promise<bigint> => readTokenBalance(ground().chain, payer.address);
    const ask = (key: string, payment?: string): Promise<Response> =>
      fetch(`${gateway.url}/chat/completions`, {
        method: "POST",
        headers: {
          ...{ "content-type": "application/json", "idempotency-key": key.replaceAll(" ", "-") },
          ...(payment !== undefined && { "payment-signature": payment }),
        },
        body: JSON.stringify({ model: "scripted", max_tokens: 16, messages: [{ role: "user", content: "Weave." }] }),
      });
    const required = async (): Promise<PaymentRequirements> =>
      headerOf<Required>(await ask("none"), "payment-required").accepts[0];
    /** It dies, and starts again. */
    async function restart(): Promise<void> {
      const { kill, startGateway } = ground();
      await kill(gateway);
      gate.decide = () => "pass";
      gateway = await startGateway(FLAGS, gate.rpcUrl);
    }
    /** The gate's answer to the call at which it is killed: its process is over before the call goes on. */
    function dieAt(method: string, passage: Passage): Promise<void> {
      const died = Promise.withResolvers<void>();
      let isTaking = false;
      let isDead = false;
      gate.decide = async (called, params) => {
        isTaking ||= called === SEND && Transaction.from(String(params[0])).data.startsWith(String(TAKE));
        if (isDead) return "refuse";
        if (!isTaking || called !== method) return "pass";
        isDead = true;
        await ground().kill(gateway);
        died.resolve();
        return passage;
      };
      return died.promise;
    }

    it.each(DEATHS)(
      "as %s: the call's repeat hears its answer, and the payment is taken once",
      async (step, ...death) => {
        const { backend } = ground();
        const [before, asked] = [await held(), backend.asked.length];
        const wanted = await required();
        const payment = signPayment(payer, wanted);
        const died = dieAt(...death);
        const cut = ask(step, payment).then(
          async (told) => `${told.status} ${await told.text()}`,
          () => "cut",
        );
        expect(await cut).toBe("cut");
        await died;
        await restart();
        for (let repeat = 0; repeat < 2; repeat++) {
          const told = await ask(step, payment);
          expect(await told.json()).toMatchObject({ choices: [{ message: { content: "Paid once." } }] });
          expect(headerOf<SettlementResponse>(told, "payment-response").success).toBe(true);
          expect(before - (await held())).toBe(BigInt(wanted.amount));
        }
        expect((await ask("another call", payment)).status).toBe(409);
        expect(backend.asked.length).toBe(asked + 1);
      },
    );

    it("while an executor works on the answer: nothing is taken, and the payment is good for another call", async () => {
      const { backend } = ground();
      const gated = Promise.withResolvers<void>();
      const [before, asked] = [await held(), backend.asked.length];
      const wanted = await required();
      const payment = signPayment(payer, wanted);
      backend.script = oncePassed(gated.promise, says("Never ", "heard."));
      const cut = ask("cut while it is answered", payment).catch(() => "cut");
      await until("the executor works on it", () => backend.asked.length === asked + 1);
      await restart();
      expect(await cut).toBe("cut");
      gated.resolve();
      backend.script = says("Paid ", "after all.");
      expect(await held()).toBe(before);
      expect((await ask("cut while it is answered", payment)).status).toBe(409);
      expect(await held()).toBe(before);
      const told = await ask("another call", payment);
      expect(await told.json()).toMatchObject({ choices: [{ message: { content: "Paid after all." } }] });
      expect(before - (await held())).toBe(BigInt(wanted.amount));
    });
  });
}
