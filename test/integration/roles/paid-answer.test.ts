import { join } from "node:path";
import { queryObjects } from "node:v8";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { verifyReceipt } from "@lloom/protocol/receipts";
import { recoverAddress } from "@lloom/protocol/signatures";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBackend } from "../../../node/src/backend/open-backend.ts";
import { readChannel, readDeposit, readLane } from "../../../node/src/chain/reads.ts";
import { readUnmaturedTail } from "../../support/earned.ts";
import { scriptedBackend } from "./scripted-backend.ts";
import { askAll, DOLLAR, log, PRICE, question, soon, until, World } from "./world.ts";

const TINY = join(import.meta.dirname, "../../../node/models/tiny/lloom-tiny.gguf");

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

describe("a paid answer", () => {
  it("goes from a question to the executor's earnings, with the tiny model", async () => {
    const backend = await openBackend(
      { kind: "llama", modelPath: TINY, modelName: "lloom-tiny", threads: 1, sequences: 2 },
      log,
    );
    await using _backend = backend;
    await using seller = await world.seller({ backend });
    await using buyer = await world.buyer();
    const asked = question("What is Lloom?", { model: "lloom-tiny", maxOutboundTokens: 24 });
    const { text, end, events } = await askAll(buyer, asked);

    expect(text.length).toBeGreaterThan(0);
    expect(events[0]).toMatchObject({ type: "executor", executor: seller.identity.address, attempt: 1 });
    expect(end).toMatchObject({ attempts: 1, executor: seller.identity.address });
    const hasher = createCommitmentHasher(buyer.chain.domain);
    const verified = verifyReceipt({ hasher, recover: recoverAddress }, end.receipt, {
      prompt: { salt: end.salts.prompt, messages: asked.messages },
      answer: { salt: end.salts.answer, text },
    });
    expect(verified).toMatchObject({ requestHash: end.requestHash, responseHash: end.responseHash, cost: end.cost });
    expect(verified.problem).toBeUndefined();

    const second = await askAll(buyer, asked);
    expect(second.text).toBe(text);
    expect(second.end.receipt.request).toMatchObject({ nonce: 2n, ackedCost: end.cost });
    await seller.executor.drain(soon());

    const { lane } = end.receipt.request;
    const [client, executor] = [buyer.identity.address, seller.identity.address];
    const total = end.cost + second.end.cost;
    expect(await readLane(seller.chain, { client, executor, lane })).toEqual({
      cost: total,
      inbound: BigInt(end.inboundTokens + second.end.inboundTokens),
      outbound: BigInt(end.outboundTokens + second.end.outboundTokens),
      nonce: 2n,
    });
    expect(await readUnmaturedTail(seller.chain, executor)).toBe(second.end.cost);
    const channel = await readChannel(buyer.chain, client, executor);
    expect((await readDeposit(buyer.chain, client)) + channel.balance).toBe(100n * DOLLAR - total);
    expect(seller.store.unsettled()).toEqual([]);
    await until("the client has seen the settlement", () => buyer.store.outstanding(executor, nowSeconds()) === 0n);
  });

  it("keeps a receipt on both sides that is one and the same", async () => {
    await using seller = await world.seller({ backend: scriptedBackend() });
    await using buyer = await world.buyer();
    const { text, end } = await askAll(buyer);
    expect(text).toBe("The loom weaves.");
    expect(end).toMatchObject({ finishReason: "stop", inboundTokens: 5, outboundTokens: 3, cost: cost(5n, 3n) });
    const [sold] = seller.store.receipts({ limit: 1 });
    const [bought] = buyer.store.receipts({ limit: 1 });
    expect(sold?.receipt).toEqual(end.receipt);
    expect(bought?.receipt).toEqual(end.receipt);
    expect(Buffer.from(seller.store.delivery(end.requestHash)?.delivered ?? [])).toEqual(Buffer.from(text));
  });

  it("leaves nothing behind that ends answers, in either process", async () => {
    await using _seller = await world.seller({ backend: scriptedBackend() });
    await using buyer = await world.buyer();
    const askMany = async (count: number): Promise<number> => {
      for (let asked = 0; asked < count; asked += 1) await askAll(buyer);
      return queryObjects(AbortSignal, { format: "count" });
    };
    const before = await askMany(20);
    expect((await askMany(100)) - before).toBeLessThan(50);
  });

  it("settles many parallel lanes in few transactions, to the unit", async () => {
    await using seller = await world.seller({ backend: scriptedBackend(), concurrency: 3 });
    await using buyer = await world.buyer({ channelStep: DOLLAR });
    const before = await seller.chain.provider.getTransactionCount(seller.identity.address);
    // Questions wait for a stranger's first answer; now it is none any more.
    const first = await askAll(buyer, question("question number first"));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => askAll(buyer, question(`question number ${index}`))),
    );
    const lanes = new Set(answers.map(({ end }) => end.receipt.request.lane));
    expect(lanes.size).toBeGreaterThan(4);
    await seller.executor.drain(soon());
    const total = answers.reduce((sum, { end }) => sum + end.cost, first.end.cost);
    expect(total).toBe(21n * cost(3n, 3n));
    const [client, executor] = [buyer.identity.address, seller.identity.address];
    const paid = await Promise.all([...lanes].map((lane) => readLane(seller.chain, { client, executor, lane })));
    expect(paid.reduce((sum, lane) => sum + lane.cost, 0n)).toBe(total);
    const channel = await readChannel(buyer.chain, client, executor);
    expect((await readDeposit(buyer.chain, client)) + channel.balance).toBe(100n * DOLLAR - total);
    expect((await seller.chain.provider.getTransactionCount(executor)) - before).toBe(1);
  });

  it("goes on after a restart of the client, without filling the channel for what was paid meanwhile", async () => {
    await using seller = await world.seller({ backend: scriptedBackend(undefined, "restart") });
    const [identity, dataDir] = [await world.nextIdentity(), await world.dataDir()];
    const asked = question("one two three", { model: "restart" });
    // 13 bytes, 16 for the message, 128 for the template; 64 answer tokens. What the first answer cost is left to refill it.
    const cap = cost(157n, 64n);
    const before = await world.buyer({ identity, dataDir, deposit: cap + cost(3n, 3n) });
    const first = await askAll(before, asked);
    await before[Symbol.asyncDispose]();
    await seller.executor.settleNow(soon());
    const [client, executor] = [identity.address, seller.identity.address];
    const { balance } = await readChannel(seller.chain, client, executor);
    expect(balance).toBe(cap - first.end.cost);
    await using again = await world.buyer({ identity, dataDir, deposit: 0n });
    const second = await askAll(again, asked);
    expect(second.end.receipt.request).toMatchObject({ nonce: 2n, ackedCost: first.end.cost });
    expect((await readChannel(seller.chain, client, executor)).balance).toBe(cap);
  });
});

const cost = (inbound: bigint, outbound: bigint): bigint =>
  (inbound * PRICE.inboundPrice + outbound * PRICE.outboundPrice) / 1_000_000n;
const nowSeconds = (): bigint => BigInt(Math.floor(Date.now() / 1000));
