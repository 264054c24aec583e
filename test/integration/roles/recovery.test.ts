/** What a node makes good that happened while it was away, or that the chain took back. */
import type { Address } from "@lloom/protocol/commitment-types";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allocate, requestUnlock } from "../../../node/src/chain/account/actions.ts";
import { readChannel, readLane } from "../../../node/src/chain/reads.ts";
import { openGate } from "../../support/rpc-gate.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { askAll, type Buyer, DOLLAR, hear, question, type Seller, soon, until, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const model = (name: string) => scriptedBackend(says("Yes."), name);
const paidFor = async (buyer: Buyer, seller: Pick<Seller, "identity">, lane: bigint): Promise<bigint> => {
  const [client, executor] = [buyer.identity.address, seller.identity.address];
  return (await readLane(buyer.chain, { client, executor, lane })).cost;
};

/** Asks half of what a channel holds back. */
async function unlockSome({ chain, identity }: Buyer, executor: Address): Promise<void> {
  const { balance } = await readChannel(chain, identity.address, executor);
  await requestUnlock(chain, executor, balance / 2n);
}

describe("an executor that was away", () => {
  it("settles at once for a client that began to unlock meanwhile, and for nobody else", async () => {
    const [identity, dataDir] = [await world.nextIdentity(), await world.dataDir()];
    const before = await world.seller({ backend: model("away"), identity, dataDir });
    await using leaver = await world.buyer();
    await using stayer = await world.buyer();
    const asked = question("?", { model: "away" });
    const [left, stayed] = [await askAll(leaver, asked), await askAll(stayer, asked)];
    await before[Symbol.asyncDispose]();
    expect(await paidFor(leaver, { identity }, left.end.receipt.request.lane)).toBe(0n);
    await unlockSome(leaver, identity.address);

    await using after = await world.seller({ backend: model("away"), identity, dataDir });
    await until(
      "the leaver's lane is paid",
      async () => (await paidFor(leaver, { identity }, left.end.receipt.request.lane)) === left.end.cost,
      30_000,
    );
    expect(await paidFor(stayer, { identity }, stayed.end.receipt.request.lane)).toBe(0n);
    await until("only the stayer's answer is owed", () => after.executor.status().owed === stayed.end.cost);
  });
});

describe("a reorganisation", () => {
  it("that takes a settlement back leaves the answer owed, and it is settled again", async () => {
    await using gate = await openGate(world.chain.rpcUrl);
    await using seller = await world.seller({ backend: model("reorg"), rpcUrl: gate.rpcUrl });
    await using buyer = await world.buyer();
    const { end } = await askAll(buyer, question("?", { model: "reorg" }));
    const { lane } = end.receipt.request;
    const snapshot = await world.chain.request("evm_snapshot");
    await seller.executor.settleNow(soon());
    expect(await paidFor(buyer, seller, lane)).toBe(end.cost);
    expect(seller.store.unsettled()).toEqual([]);
    const owedByClient = (): bigint =>
      buyer.store.outstanding(seller.identity.address, BigInt(Math.floor(Date.now() / 1000)));
    await until("the client knows that it is paid", () => owedByClient() === 0n, 30_000);
    // The watch has to have seen the settlement, or there is nothing to take back.
    const looks = (): number => gate.methods.filter((method) => method === "eth_getLogs").length;
    const seen = looks() + 3;
    await until("the watch has looked again", () => looks() >= seen);
    await world.chain.request("evm_revert", snapshot);
    for (let block = 0; block < 3; block++) await world.chain.request("evm_mine");
    expect(await paidFor(buyer, seller, lane)).toBe(0n);
    await until("the log knows that it is owed", () => seller.store.unsettled().length === 1, 30_000);
    await until("the client's log, too", () => owedByClient() === end.cost, 30_000);
    await seller.executor.settleNow(soon());
    expect(await paidFor(buyer, seller, lane)).toBe(end.cost);
    await until("the client knows that it is paid again", () => owedByClient() === 0n, 30_000);
  });
});

describe("an unlock", () => {
  it("counts by the chain's time where that is ahead of the executor's clock", async () => {
    await using ahead = await World.start();
    await using seller = await ahead.seller({ backend: model("ahead") });
    await using buyer = await ahead.buyer();
    const asked = question("?", { model: "ahead" });
    const { end } = await askAll(buyer, asked);
    await unlockSome(buyer, seller.identity.address);
    const { lane } = end.receipt.request;
    await until("it is settled", async () => (await paidFor(buyer, seller, lane)) === end.cost, 30_000);
    // Five hours before the unlock by the chain, a day before it by this clock; the executor wants six.
    await ahead.chain.request("evm_increaseTime", 19 * 3600);
    await allocate(buyer.chain, seller.identity.address, DOLLAR);
    const { balance, unlocking } = await readChannel(buyer.chain, buyer.identity.address, seller.identity.address);
    expect(balance - unlocking).toBeGreaterThan(DOLLAR);
    await expect
      .poll(() => askAll(buyer, asked).catch((thrown: unknown) => thrown), { timeout: 30_000 })
      .toMatchObject({ code: "UNLOCK_PENDING", message: expect.stringContaining("too soon to settle safely") });
  });
});

describe("stopping", () => {
  it("ends in time although the chain's server hangs, and says what is left", async () => {
    await using gate = await openGate(world.chain.rpcUrl);
    const seller = await world.seller({ backend: model("hang"), rpcUrl: gate.rpcUrl, drainGraceMs: 500 });
    await using buyer = await world.buyer();
    const { end } = await askAll(buyer, question("?", { model: "hang" }));
    gate.decide = () => "hang";
    const before = performance.now();
    await seller.executor.drain(soon(1_000));
    await seller[Symbol.asyncDispose]();
    // One request alone would be waited for 15 seconds, and made four times.
    expect(performance.now() - before).toBeLessThan(12_000);
    expect(seller.executor.status().owed).toBe(end.cost);
  });

  it("a question ends at once although the chain's server hangs", async () => {
    await using gate = await openGate(world.chain.rpcUrl);
    await using _seller = await world.seller({ backend: model("hang-asking") });
    await using buyer = await world.buyer({ rpcUrl: gate.rpcUrl });
    await until("the offer is heard", () => buyer.client.offers("hang-asking").length > 0);
    let isHanging = false;
    gate.decide = (method) => {
      isHanging ||= method === "eth_call";
      return "hang";
    };
    const stop = new AbortController();
    const outcome = hear(buyer.client.ask(question("?", { model: "hang-asking" }), stop.signal)).catch(
      (thrown) => thrown,
    );
    await until("it asks the chain", () => isHanging);
    const before = performance.now();
    stop.abort();
    expect(await outcome).toMatchObject({ code: "CANCELLED" });
    expect(performance.now() - before).toBeLessThan(12_000);
  });
});
