import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faucet, registerAndStake, requestUnlock } from "../../../node/src/chain/account/actions.ts";
import { readChannel, readLane } from "../../../node/src/chain/reads.ts";
import type { Question } from "../../../node/src/client/question.ts";
import { buildResponse } from "../../../node/src/executor/answer/response.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import { createTextCipher } from "../../../node/src/store/database/text-cipher.ts";
import { openExecutorLog } from "../../../node/src/store/executor/executor-log.ts";
import { readUnmaturedTail, readWithdrawable } from "../../support/earned.ts";
import { createExchange } from "../../support/exchange.ts";
import { openGate } from "../../support/rpc-gate.ts";
import { oncePassed, says, saysThenHangs, scriptedBackend } from "./scripted-backend.ts";
import {
  askAll,
  type Buyer,
  DOLLAR,
  hear,
  question,
  type Seller,
  soon,
  sweepUp,
  unplug,
  until,
  World,
} from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

/** What the chain has paid for the lane of a receipt. */
const paidFor = async (buyer: Buyer, seller: Seller, lane: bigint): Promise<bigint> => {
  const [client, executor] = [buyer.identity.address, seller.identity.address];
  return (await readLane(buyer.chain, { client, executor, lane })).cost;
};
const model = (name: string, ...pieces: string[]) =>
  scriptedBackend(says(...(pieces.length > 0 ? pieces : ["Yes."])), name);

describe("an executor settles by itself", () => {
  it("once enough is owed", async () => {
    await using seller = await world.seller({ backend: model("amount"), settleAmount: 1_500n });
    await using buyer = await world.buyer();
    const asked = question("one two three", { model: "amount" });
    const first = await askAll(buyer, asked);
    expect(first.end.cost).toBe(700n);
    expect(seller.executor.status().owed).toBe(700n);
    await askAll(buyer, asked);
    const third = await askAll(buyer, asked);
    const { lane } = third.end.receipt.request;
    await until("the lane is paid", async () => (await paidFor(buyer, seller, lane)) === 2_100n);
    await until("nothing is owed any more", () => seller.executor.status().owed === 0n);
  });

  it("once an answer has waited long enough", async () => {
    await using seller = await world.seller({ backend: model("age"), settleAgeMs: 200 });
    await using buyer = await world.buyer();
    const { end } = await askAll(buyer, question("?", { model: "age" }));
    await until("it is paid", async () => (await paidFor(buyer, seller, end.receipt.request.lane)) === end.cost);
  });

  it("when the client starts to take its money back, and then works only for other money", async () => {
    await using seller = await world.seller({ backend: model("unlock") });
    await using buyer = await world.buyer();
    const asked = question("?", { model: "unlock" });
    const { end } = await askAll(buyer, asked);
    // A first request fills the channel with its own cap.
    const { costCap } = end.receipt.request;
    await requestUnlock(buyer.chain, seller.identity.address, costCap);
    await until("it is paid", async () => (await paidFor(buyer, seller, end.receipt.request.lane)) === end.cost);
    await askAll(buyer, asked);
    const channel = await readChannel(buyer.chain, buyer.identity.address, seller.identity.address);
    expect(channel).toMatchObject({ balance: 9n * costCap - end.cost, unlocking: costCap - end.cost });
  });
});

describe("a settlement", () => {
  it("is made later when the chain does not answer at first, and only once when an answer is lost", async () => {
    await using gate = await openGate(world.chain.rpcUrl);
    await using seller = await world.seller({ backend: model("gate"), rpcUrl: gate.rpcUrl });
    await using buyer = await world.buyer();
    const { end } = await askAll(buyer, question("?", { model: "gate" }));
    let refused = 0;
    gate.decide = (method) => {
      if (method !== "eth_sendRawTransaction") return "pass";
      refused += 1;
      if (refused <= 2) return "refuse";
      return refused === 3 ? "loseAnswer" : "pass";
    };
    await seller.executor.settleNow(soon(40_000));
    expect(refused).toBeGreaterThanOrEqual(3);
    expect(await paidFor(buyer, seller, end.receipt.request.lane)).toBe(end.cost);
    expect(await readUnmaturedTail(seller.chain, seller.identity.address)).toBe(end.cost);
    expect(seller.store.unsettled()).toEqual([]);
  });

  it("waits for stake where there is none: acknowledged answers are paid at once, the tail when stake covers it", async () => {
    await using seller = await world.seller({ backend: model("tail"), stake: 0n });
    await using buyer = await world.buyer({ allowUnstaked: true });
    const asked = question("?", { model: "tail" });
    const first = await askAll(buyer, asked);
    const second = await askAll(buyer, asked);
    await seller.executor.settleNow(soon());
    const { address } = seller.identity;
    const { lane } = first.end.receipt.request;
    expect(await paidFor(buyer, seller, lane)).toBe(first.end.cost);
    expect(await readWithdrawable(seller.chain, address)).toBe(first.end.cost);
    expect(seller.store.unsettled()).toMatchObject([{ lane, amountOwed: second.end.cost }]);
    await faucet(seller.chain);
    const peerId = new Uint8Array([1]);
    await registerAndStake(seller.chain, { role: "executor", peerId, metadataURI: "", amount: 100n * DOLLAR });
    await seller.executor.settleNow(soon());
    expect(await paidFor(buyer, seller, lane)).toBe(first.end.cost + second.end.cost);
    expect(seller.store.unsettled()).toEqual([]);
  });

  it("that can never be taken is written off with its reason, and the others are paid", async () => {
    const dataDir = await world.dataDir();
    const identity = await world.nextIdentity();
    await using buyer = await world.buyer();
    seedReceipt(join(dataDir, "executor.sqlite"), { buyer, executor: identity, deadline: 1_000_000_000n });
    await using seller = await world.seller({ backend: model("expired"), dataDir, identity });
    const { end } = await askAll(buyer, question("?", { model: "expired" }));
    await seller.executor.settleNow(soon());
    expect(await paidFor(buyer, seller, end.receipt.request.lane)).toBe(end.cost);
    expect(seller.store.unsettled()).toEqual([]);
    expect(seller.store.outstanding(buyer.identity.address)).toBe(0n);
  });
});

describe("an executor that comes back after a crash", () => {
  it("signs exactly the answer that it had saved", async () => {
    const dataDir = await world.dataDir();
    const identity = await world.nextIdentity();
    await using buyer = await world.buyer();
    const saved = seedReceipt(join(dataDir, "executor.sqlite"), { buyer, executor: identity, signed: false });
    await using seller = await world.seller({ backend: model("crash"), dataDir, identity });
    const [receipt] = seller.store.receipts({ limit: 2 });
    expect(seller.store.answeredUnsigned()).toEqual([]);
    expect(receipt).toMatchObject({ responseHash: saved.responseHash });
    expect(receipt?.receipt.response).toEqual(saved.response);
    expect(receipt?.receipt.executorSignature).toEqual(identity.sign(saved.responseHash));
  });
});

describe("an executor that was away while a client began to take its money back", () => {
  it("settles with it as soon as it is there again", async () => {
    const [dataDir, identity] = [await world.dataDir(), await world.nextIdentity()];
    const before = await world.seller({ backend: model("away"), dataDir, identity });
    await using buyer = await world.buyer();
    const { end } = await askAll(buyer, question("?", { model: "away" }));
    await unplug(before);
    await sweepUp(before);
    await requestUnlock(buyer.chain, identity.address, end.receipt.request.costCap);
    await using again = await world.seller({ backend: model("away"), dataDir, identity });
    await until("it is paid", async () => (await paidFor(buyer, again, end.receipt.request.lane)) === end.cost);
  });
});

describe("a drain", () => {
  it("finishes what runs, refuses what comes, settles all, and tells everybody", async () => {
    const gate = Promise.withResolvers<void>();
    const backend = scriptedBackend(oncePassed(gate.promise, says("Done.")), "drain");
    await using seller = await world.seller({ backend });
    await using buyer = await world.buyer();
    const asked = question("?", { model: "drain" });
    const running = askAll(buyer, asked);
    await until("the backend works", () => backend.asked.length === 1);
    const drained = seller.executor.drain(soon());
    await until("the offers are gone", () => buyer.client.offers("drain").length === 0);
    expect(world.validator?.offers("drain")).toEqual([]);
    gate.resolve();
    const { text, end } = await running;
    await drained;
    expect(text).toBe("Done.");
    expect(await paidFor(buyer, seller, end.receipt.request.lane)).toBe(end.cost);
    expect(seller.executor.status()).toMatchObject({ draining: true, running: 0, owed: 0n });
  });

  it("whose time is over ends running answers with what they hold, signed, paid and settled", async () => {
    const backend = scriptedBackend(saysThenHangs("Half ", "of "), "hurry");
    await using seller = await world.seller({ backend });
    await using buyer = await world.buyer();
    const { running, heard } = askAloud(buyer, question("?", { model: "hurry" }));
    await heard;
    const timeIsOver = new AbortController();
    const drained = seller.executor.drain(timeIsOver.signal);
    await until("the offers are gone", () => buyer.client.offers("hurry").length === 0);
    expect(seller.store.receipts({ limit: 1 })).toEqual([]);
    timeIsOver.abort();
    const { text, end } = await running;
    await drained;
    expect(text).toBe("Half of ");
    expect(end).toMatchObject({ finishReason: "cancelled", outboundTokens: 2 });
    expect(end.cost).toBe(900n);
    expect(await paidFor(buyer, seller, end.receipt.request.lane)).toBe(end.cost);
    expect(seller.executor.status()).toMatchObject({ running: 0, answered: 1, owed: 0n });
  });

  it("whose time is over sends answers without any text elsewhere, for nothing", async () => {
    const backend = scriptedBackend(saysThenHangs(), "mute");
    await using seller = await world.seller({ backend });
    await using buyer = await world.buyer();
    const running = askAll(buyer, question("?", { model: "mute" }));
    const refused = expect(running).rejects.toMatchObject({ code: "DRAINING" });
    await until("the backend works", () => backend.asked.length === 1);
    await seller.executor.drain(AbortSignal.abort());
    await refused;
    expect(seller.store.receipts({ limit: 1 })).toEqual([]);
  });
});

/** A question, and when its first text has come. */
function askAloud(buyer: Buyer, asked: Question) {
  const heard = Promise.withResolvers<void>();
  const aloud = async function* () {
    for await (const event of buyer.client.ask(asked, soon())) {
      yield event;
      if (event.type === "text") heard.resolve();
    }
  };
  return { running: hear(aloud()), heard: heard.promise };
}

interface Seed {
  readonly buyer: Buyer;
  readonly executor: { readonly address: Address; sign: Buyer["identity"]["sign"] } & Buyer["identity"];
  readonly deadline?: bigint;
  readonly signed?: boolean;
}

/** Puts an answer into an executor's log, as a process that ended left it. */
function seedReceipt(path: string, { buyer, executor, deadline, signed = true }: Seed) {
  const { domain } = buyer.chain;
  const exchange = createExchange({ domain, client: buyer.identity, executor, ...(deadline && { deadline }) });
  const hasher = createCommitmentHasher(domain);
  const { request, clientSignature } = exchange.receipt();
  const requestHash = hasher.hashRequest(request);
  const contentSalt = `0x${"5a".repeat(32)}` as const;
  const answer = { text: "Saved.", inboundTokens: 4, outboundTokens: 2, finishReason: "stop" as const };
  const lane = { nonce: 0n, cost: 0n, inbound: 0n, outbound: 0n, responseHash: request.prevResponseHash };
  const response = buildResponse({ request, requestHash, lane, answer, contentSalt, nowMs: Date.now() });
  const responseHash = hasher.hashResponse(response);
  using db = openDatabase(path, { cipher: createTextCipher(executor.secret) });
  const store = openExecutorLog(db);
  store.accept({ requestHash, request, clientSignature, acceptedAtMs: Date.now() });
  const delivered = Buffer.from(answer.text);
  store.saveAnswer({ requestHash, response, responseHash, contentSalt, delivered, answeredAtMs: Date.now() });
  if (signed) store.saveSignature(requestHash, executor.sign(responseHash));
  return { response, responseHash };
}
