/** How an executor answers disputes about its deliveries by itself, and what each costs whom. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRevealedAnswer } from "../../../node/src/chain/disputes/dispute-events.ts";
import type { ExecutorLog } from "../../../node/src/store/executor/executor-log.ts";
import { openGate } from "../../support/rpc-gate.ts";
import { accuse, HOUR, idOf, later, purse, settleAll, standing } from "./disputed-deliveries.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { askAll, type Buyer, question, type Seller, until, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

interface Sold extends AsyncDisposable {
  readonly seller: Seller;
  readonly buyer: Buyer;
}

/** Clients of other models never acknowledge by themselves. */
const QUIET: Readonly<Record<string, number>> = { acknowledged: 0 };
const NEVER_MS = 3_600_000;

/** An executor that sells one model, and a client of it that disputes nothing by itself. */
async function market(
  model: string,
  pieces: readonly string[],
  tap?: (log: ExecutorLog) => ExecutorLog,
): Promise<Sold> {
  const backend = scriptedBackend(says(...pieces), model);
  const seller = await world.seller({ backend, disputeCheckMs: 200, ...(tap === undefined ? {} : { tap }) });
  const buyer = await world.buyer({ quietMs: QUIET[model] ?? NEVER_MS });
  const close = async (): Promise<void> => {
    await buyer[Symbol.asyncDispose]();
    await seller[Symbol.asyncDispose]();
  };
  return { seller, buyer, [Symbol.asyncDispose]: close };
}

describe("an honest executor that is accused", () => {
  it("reveals the answer, keeps its money, and the bond pays for it", async () => {
    await using sold = await market("revealed", ["Here ", "it ", "is."]);
    const { seller, buyer } = sold;
    const { end } = await askAll(buyer, question("?", { model: "revealed" }));
    await settleAll(seller);
    const before = await purse(world, seller);
    const ether = await seller.chain.provider.getBalance(seller.identity.address);
    const { id, bond } = await accuse(world, buyer, end.receipt);
    await standing(world, seller, id, "delivered");
    const after = await purse(world, seller);
    expect({ ...after, bonds: before.bonds }).toEqual(before);
    // Its gas at the base fee, which is less than taking it out would cost here: it waits for more.
    const paid = after.bonds - before.bonds;
    const spent = ether - (await seller.chain.provider.getBalance(seller.identity.address));
    expect(paid).toBeGreaterThan(0n);
    expect(paid).toBeLessThanOrEqual(spent);
    const shown = await readRevealedAnswer(buyer.chain, world.deployment.deliveryDisputes, id);
    expect(Buffer.from(shown ?? []).toString()).toBe("Here it is.");
    // What it did not cost comes back: not all of it.
    const back = (await purse(world, buyer)).bonds;
    expect(back).toBeLessThan(bond * 2n);
    await until("its duty is done", () => seller.executor.status().disputes === 0);
  });

  it("rebuts by the client's next request, publishes nothing, and gets the whole bond", async () => {
    await using sold = await market("rebutted", ["Yes."]);
    const { seller, buyer } = sold;
    const asked = question("?", { model: "rebutted" });
    const first = await askAll(buyer, asked);
    await settleAll(seller);
    const second = await askAll(buyer, asked);
    expect(second.end.receipt.request.lane).toBe(first.end.receipt.request.lane);
    const { id } = await accuse(world, buyer, first.end.receipt);
    await standing(world, seller, id, "rejected");
    expect(await readRevealedAnswer(buyer.chain, world.deployment.deliveryDisputes, id)).toBeUndefined();
    expect((await purse(world, buyer)).lost).toBe(1n);
    expect((await purse(world, seller)).strikes).toBe(0n);
  });

  it("rebuts by the acknowledgement that the client's node sent when its lane went quiet", async () => {
    await using sold = await market("acknowledged", ["Thanks."]);
    const { seller, buyer } = sold;
    const { end } = await askAll(buyer, question("?", { model: "acknowledged" }));
    await until("the acknowledgement is there", () => seller.store.ackOf(end.responseHash) !== undefined);
    await settleAll(seller);
    const { id } = await accuse(world, buyer, end.receipt);
    await standing(world, seller, id, "rejected");
    expect(seller.store.findDuty("answer", id)?.state).toMatch(/rebutByAck|rejected/);
    expect((await purse(world, buyer)).lost).toBe(1n);
  });

  it("reveals a long answer chunk by chunk, and goes on where it was cut off", async () => {
    await using gate = await openGate(world.chain.rpcUrl);
    const pieces = Array.from({ length: 200 }, (_, index) => `${"x".repeat(250)}${index} `);
    const own = { identity: await world.nextIdentity(), dataDir: await world.dataDir(), disputeCheckMs: 200 };
    const options = { ...own, backend: scriptedBackend(says(...pieces), "long") };
    const ended = await world.seller({ ...options, rpcUrl: gate.rpcUrl });
    await using buyer = await world.buyer({ quietMs: NEVER_MS });
    const { end, text } = await askAll(buyer, question("?", { model: "long", maxOutboundTokens: 300 }));
    expect(text.length).toBeGreaterThan(8 * 4096);
    await settleAll(ended);
    const sent = (): Promise<number> => buyer.chain.provider.getTransactionCount(own.identity.address);
    const before = await sent();
    // The first chunk arrives; the process ends before the others do.
    let sends = 0;
    gate.decide = (method) => {
      if (method === "eth_sendRawTransaction") sends++;
      return sends > 1 ? "refuse" : "pass";
    };
    const { id } = await accuse(world, buyer, end.receipt);
    await until("it would show the others", () => sends > 1);
    await ended[Symbol.asyncDispose]();
    expect(await sent()).toBe(before + 1);
    await using seller = await world.seller(options);
    await standing(world, seller, id, "delivered");
    const shown = await readRevealedAnswer(buyer.chain, world.deployment.deliveryDisputes, id);
    expect(Buffer.from(shown ?? []).toString()).toBe(text);
    // One chunk first, then eight at a time: none of them twice.
    expect(await sent()).toBe(before + 1 + Math.ceil((Math.ceil(text.length / 4096) - 1) / 8));
  });

  it("answers what was opened while it was away", async () => {
    const [identity, dataDir] = [await world.nextIdentity(), await world.dataDir()];
    const options = { backend: scriptedBackend(says("Later."), "away"), identity, dataDir, disputeCheckMs: 200 };
    const before = await world.seller(options);
    await using buyer = await world.buyer({ quietMs: NEVER_MS });
    const { end } = await askAll(buyer, question("?", { model: "away" }));
    await settleAll(before);
    await before[Symbol.asyncDispose]();
    const { id } = await accuse(world, buyer, end.receipt);
    await later(world, 11 * HOUR);
    await using after = await world.seller(options);
    await standing(world, after, id, "delivered");
  });
});

describe("an executor that has lost the text", () => {
  const forgetful = (log: ExecutorLog): ExecutorLog => ({ ...log, delivery: () => undefined });

  it("waits for a copy, then concedes: the client has its money back, and no stake is slashed", async () => {
    await using sold = await market("conceded", ["Gone."], forgetful);
    const { seller, buyer } = sold;
    const { end } = await askAll(buyer, question("?", { model: "conceded" }));
    const { deposit } = await purse(world, buyer);
    await settleAll(seller);
    const before = await purse(world, seller);
    const { id } = await accuse(world, buyer, end.receipt);
    await until("it is known that nothing can be shown", () =>
      seller.store.openDuties("answer").some((duty) => duty.id === id && duty.state === "unanswerable"),
    );
    await later(world, 10 * HOUR + 60);
    await standing(world, seller, id, "conceded");
    const after = await purse(world, seller);
    expect(after).toEqual({ ...before, settled: before.settled - end.cost, strikes: 1n });
    expect((await purse(world, buyer)).deposit).toBe(deposit + end.cost);
    expect(idOf(buyer.chain, end.receipt)).toBe(id);
  });
});

describe("a reorganisation", () => {
  it("that takes the answer to a dispute back has it answered again, and one that takes the dispute back ends the duty", async () => {
    await using sold = await market("reorg", ["Twice."]);
    const { seller, buyer } = sold;
    const { end } = await askAll(buyer, question("?", { model: "reorg" }));
    await settleAll(seller);
    const undisputed = await world.chain.request("evm_snapshot");
    await world.chain.request("evm_setAutomine", true);
    const { id } = await accuse(world, buyer, end.receipt);
    await standing(world, seller, id, "delivered");
    await until("the end is noted", () => seller.store.findDuty("answer", id)?.endedAt !== undefined);
    await world.chain.request("evm_revert", undisputed);
    for (let block = 0; block < 6; block++) await world.chain.request("evm_mine");
    await until("the duty is gone", () => seller.store.findDuty("answer", id)?.state === "gone");
    expect(seller.store.findDuty("answer", id)?.endedAt).toBeUndefined();
    await accuse(world, buyer, end.receipt);
    await standing(world, seller, id, "delivered");
    await until("it is over again", () => seller.store.findDuty("answer", id)?.state === "delivered");
  });
});
