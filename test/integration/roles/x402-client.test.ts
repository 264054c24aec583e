/** x402's official client, whose account is no account of Lloom's, against a gateway on a real chain that takes its payments itself. */
import { ExactEvmScheme } from "@x402/evm";
import { wrapFetchWithPaymentFromConfig } from "@x402/fetch";
import { hexlify, Wallet } from "ethers";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faucet } from "../../../node/src/chain/account/actions.ts";
import {
  authorizedTransferCall,
  readTransferFate,
  transferDigest,
} from "../../../node/src/chain/account/authorized-transfer.ts";
import { tokenDomain } from "../../../node/src/chain/account/permit.ts";
import { openChain } from "../../../node/src/chain/chain.ts";
import { readTokenBalance } from "../../../node/src/chain/reads.ts";
import type { TransactionSender } from "../../../node/src/chain/send/sender.ts";
import { openX402 } from "../../../node/src/commands/run/open-x402.ts";
import { createGateway, type Gateway } from "../../../node/src/gateway/gateway.ts";
import type { SettlementResponse } from "../../../node/src/gateway/x402/payment-form.ts";
import type { Settings } from "../../../node/src/settings.ts";
import { openCallerPayments } from "../../../node/src/store/client/caller-payments.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";
import { stageMemory } from "../../support/staged-memory.ts";
import { headerOf } from "../../support/staged-payments.ts";
import { type ScriptedBackend, says, scriptedBackend } from "./scripted-backend.ts";
import { type Buyer, log, World } from "./world.ts";

const SETTINGS = {
  ...{ x402: "exact", x402PayTo: undefined, x402Facilitator: "local" },
  ...{ x402Margin: 10, x402Fee: "0.001", x402PerMinute: 60 },
} as unknown as Settings;
const ASK = { model: "scripted", max_tokens: 16, messages: [{ role: "user" as const, content: "Weave." }] };

let world: World;
let backend: ScriptedBackend;
let buyer: Buyer;
let gateway: Gateway;
let payer: Identity;
let paying: typeof fetch;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  world = stack.use(await World.start());
  backend = scriptedBackend(says("Paid ", "for."));
  await world.seller({ backend });
  buyer = await world.buyer();
  const { chain, client } = buyer;
  const { signal } = new AbortController();
  const memory = stack.use(stageMemory());
  const db = stack.use(openDatabase(memory.path, { beside: true }));
  const x402 = await openX402({ settings: SETTINGS, signal }, { chain, client, payments: openCallerPayments(db) });
  const deployment = { domain: chain.domain, token: { symbol: chain.tokenSymbol, decimals: chain.tokenDecimals } };
  gateway = stack.use(
    await createGateway({ client, memory, deployment, log, ...(x402 && { x402 }), options: { port: 0 } }),
  );
  payer = await world.nextIdentity();
  const { rpcUrl } = world.chain;
  const { accounting } = world.deployment;
  await using own = await openChain({ rpcUrl, accounting, identity: payer, signal, log });
  await faucet(own);
  // From now on it has no ether, and needs none.
  await world.chain.request("hardhat_setBalance", payer.address, "0x0");
  const wallet = new Wallet(hexlify(payer.secret));
  const signer = {
    address: wallet.address as `0x${string}`,
    signTypedData: async ({ domain, types, message }: Parameters<ExactEvmSigner["signTypedData"]>[0]) =>
      (await wallet.signTypedData(domain, types as never, message)) as `0x${string}`,
  };
  const { chainId } = chain.domain;
  paying = wrapFetchWithPaymentFromConfig(fetch, {
    schemes: [{ network: `eip155:${chainId}`, client: new ExactEvmScheme(signer) }],
    // Without it the client pays in tokens alone that it knows.
    spendControls: { allowedAssets: [{ network: `eip155:${chainId}`, asset: chain.paymentToken }] },
  }) as typeof fetch;
}, 240_000);
afterAll(() => stack.disposeAsync());

type ExactEvmSigner = ConstructorParameters<typeof ExactEvmScheme>[0];

const held = async () => ({
  payer: await readTokenBalance(buyer.chain, payer.address),
  gateway: await readTokenBalance(buyer.chain, buyer.identity.address),
});

describe("x402's official client", { timeout: 120_000 }, () => {
  it("pays an answer with tokens alone, which the gateway gets before it tells it", async () => {
    const before = await held();
    const body = JSON.stringify(ASK);
    const headers = { "content-type": "application/json" };
    const told = await paying(`${gateway.url}/v1/chat/completions`, { method: "POST", headers, body });
    expect(await told.json()).toMatchObject({ choices: [{ message: { content: "Paid for." } }] });
    const after = await held();
    const amount = before.payer - after.payer;
    expect(amount).toBeGreaterThan(1_000n);
    expect(after.gateway - before.gateway).toBe(amount);
    const { transaction, success } = headerOf<SettlementResponse>(told, "payment-response");
    expect(success).toBe(true);
    expect((await buyer.chain.provider.getTransactionReceipt(transaction))?.status).toBe(1);
    // What the answer did cost is less than what was paid for it: `exact` knows no change.
    expect(Number(told.headers.get("x-lloom-cost"))).toBeLessThan(Number(amount));
  });

  it("serves OpenAI's client with a stream, and is charged nothing for an answer that fails", async () => {
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "x402", maxRetries: 0, fetch: paying });
    let text = "";
    for await (const { choices } of await openai.chat.completions.create({ ...ASK, stream: true }))
      text += choices[0]?.delta.content ?? "";
    expect(text).toBe("Paid for.");
    const before = await held();
    const { script } = backend;
    // biome-ignore lint/correctness/useYield: It fails at once.
    backend.script = async function* () {
      throw new Error("out of order");
    };
    await expect(openai.chat.completions.create(ASK)).rejects.toMatchObject({ status: expect.any(Number) });
    backend.script = script;
    expect(await held()).toEqual(before);
  });
});

it("knows of a payment whose payer used its nonce otherwise that it never comes, and of any other that it may", async () => {
  const { chain } = buyer;
  const domain = await tokenDomain(chain);
  const fromBlock = await chain.provider.getBlockNumber();
  const validBefore = (await chain.nowSeconds()) + 3_600n;
  const authorization = {
    ...{ from: payer.address, to: buyer.identity.address, value: 7n, validAfter: 0n, validBefore },
    nonce: `0x${"42".repeat(32)}` as const,
  };
  const fate = (change: object = {}) => readTransferFate(chain, { ...authorization, ...change }, fromBlock);
  expect(await fate()).toEqual({ type: "open" });
  expect(await fate({ validBefore: 1n })).toEqual({ type: "void" });
  const signature = payer.sign(transferDigest(domain, authorization));
  const { transactionHash } = await (chain.sender as TransactionSender).send(
    authorizedTransferCall(chain, authorization, signature),
  );
  expect(await fate()).toEqual({ type: "paid", transaction: transactionHash });
  for (const change of [{ value: 8n }, { to: payer.address }]) expect(await fate(change)).toEqual({ type: "void" });
});
