/** What a client does by itself about answers that it paid for and never got, and what each ending costs whom. */
import type { Receipt } from "@lloom/protocol/commitment-types";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { senderOf } from "../../../node/src/chain/account/actions.ts";
import { settle } from "../../../node/src/chain/account/settle.ts";
import { revealCall } from "../../../node/src/chain/disputes/delivery-calls.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";
import { openGate } from "../../support/rpc-gate.ts";
import {
  HOUR,
  idOf,
  later,
  purse,
  rogueMember,
  settleAll,
  standing,
  WITHHELD_TEXT,
  withhold,
} from "./disputed-deliveries.ts";
import { saysThenHangs, scriptedBackend } from "./scripted-backend.ts";
import { type BuyerOptions, hear, question, sweepUp, unplug, until, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const DISPUTING: BuyerOptions = { disputes: "auto", disputePatienceSeconds: 0n, disputeCheckMs: 200 };

/** Waits for the first of something. */
async function untilSome<T>(list: () => readonly T[]): Promise<readonly [T, ...T[]]> {
  await until("there is one", () => list().length > 0);
  return list() as readonly [T, ...T[]];
}

const priceOf = ({ request, response }: Receipt): bigint => response.cumulativeCost - request.ackedCost;

describe("an answer that was settled and never came", () => {
  it("is disputed by itself and, when nobody answers, paid back with a share of the executor's stake, to the unit", async () => {
    await using buyer = await world.buyer(DISPUTING);
    const { rogue, receipt } = await withhold(buyer, await rogueMember(world));
    const [client, executor] = [await purse(world, buyer), await purse(world, rogue)];
    await settle(rogue.chain, [receipt]);
    const id = idOf(buyer.chain, receipt);
    const { penalty, paid } = await standing(world, buyer, id, "open");
    expect(paid).toBe(priceOf(receipt));
    await until("it is noted", () => buyer.store.findDuty("dispute", id)?.state === "disputed");
    await later(world, 12 * HOUR + 60);
    await standing(world, buyer, id, "defaulted");
    await until("the bond is taken", async () => (await purse(world, buyer)).bonds === 0n);
    // The client ended it itself: 40 % of the penalty as who was hurt, 10 % as who ended it.
    expect(await purse(world, buyer)).toEqual({
      ...client,
      deposit: client.deposit + paid,
      rewards: (penalty * 4n) / 10n + penalty / 10n,
    });
    const { stake, settled, strikes } = await purse(world, rogue);
    expect({ stake, settled, strikes }).toEqual({ stake: executor.stake - penalty, settled: 0n, strikes: 1n });
  });

  it("is kept when it is revealed on chain, and the executor keeps its money", async () => {
    await using buyer = await world.buyer(DISPUTING);
    const { rogue, receipt } = await withhold(buyer, await rogueMember(world));
    await settle(rogue.chain, [receipt]);
    const id = idOf(buyer.chain, receipt);
    await standing(world, buyer, id, "open");
    await senderOf(rogue.chain).send(revealCall(world.deployment.deliveryDisputes, receipt.response, WITHHELD_TEXT));
    await until("the text is there", () => buyer.store.lateAnswer(receipt.response.requestHash) !== undefined);
    expect(Buffer.from(buyer.store.lateAnswer(receipt.response.requestHash) ?? []).toString()).toBe(
      WITHHELD_TEXT.toString(),
    );
    expect((await purse(world, rogue)).settled).toBe(priceOf(receipt));
  });

  it("is not disputed any more when it came after all", async () => {
    await using buyer = await world.buyer(DISPUTING);
    const { rogue, receipt } = await withhold(buyer, await rogueMember(world));
    await settle(rogue.chain, [receipt]);
    const id = idOf(buyer.chain, receipt);
    await standing(world, buyer, id, "open");
    const { requestHash } = receipt.response;
    buyer.store.saveReceipt({
      requestHash,
      responseHash: id,
      receipt,
      contentSalt: requestHash,
      receivedAtMs: Date.now(),
    });
    await standing(world, buyer, id, "cancelled");
    await until("it is over", () => buyer.store.findDuty("dispute", id)?.state === "cancelled");
  });

  it("is reported when another one to the same request comes after it was missed", async () => {
    await using buyer = await world.buyer({ ...DISPUTING, disputePatienceSeconds: BigInt(HOUR) });
    const { rogue, receipt, other } = await withhold(buyer, await rogueMember(world));
    const { stake } = await purse(world, rogue);
    await settle(rogue.chain, [receipt]);
    const id = idOf(buyer.chain, receipt);
    const { requestHash } = receipt.response;
    await until("it is missed", () => buyer.store.findDuty("dispute", id)?.state === "missing");
    buyer.store.saveReceipt({
      ...{ requestHash, responseHash: idOf(buyer.chain, other), receipt: other },
      ...{ contentSalt: requestHash, receivedAtMs: Date.now() },
    });
    await until("it is proven", () => buyer.store.findDuty("report", requestHash)?.state === "proven");
    expect((await purse(world, rogue)).stake).toBeLessThan(stake);
    await until("nothing is missed", () => buyer.store.findDuty("dispute", id)?.state === "reported");
  });

  it("is fetched from an honest executor by a client that was cut off, and nothing is disputed", async () => {
    const script = saysThenHangs("All ", "of ", "it.");
    let taken = 0;
    const backend = scriptedBackend(async function* (completion, signal) {
      for await (const event of script(completion, signal)) {
        yield event;
        taken++;
      }
    }, "cut-off");
    await using seller = await world.seller({ backend });
    const [identity, dataDir]: [Identity, string] = [await world.nextIdentity(), await world.dataDir()];
    const before = await world.buyer({ identity, dataDir });
    const events = before.client.ask(question("?", { model: "cut-off" }), new AbortController().signal);
    const hearing = hear(events).catch((thrown: unknown) => thrown);
    // An answer that was cut off before any text would be none.
    await until("its text is under way", () => taken >= 1);
    await unplug(before);
    await hearing;
    await sweepUp(before);
    await until("the answer is signed", () => seller.store.unsettled().length === 1);
    await settleAll(seller);
    // It has to find the executor first, and asks it every 15 s.
    const patient = { ...DISPUTING, disputePatienceSeconds: BigInt(HOUR) };
    await using after = await world.buyer({ ...patient, identity, dataDir, deposit: 0n });
    const [duty] = await untilSome(() => after.store.newestDuties(1));
    await until("it is here", () => after.store.findDuty("dispute", duty.id)?.state === "came");
    const text = Buffer.from(after.store.lateAnswer(duty.requestHash) ?? []).toString();
    expect("All of it.".startsWith(text) && text !== "").toBe(true);
    expect(seller.store.newestDuties(1)).toEqual([]);
  });

  it("waits for its owner where the policy says so, or where bonds would lock too much", async () => {
    await using asking = await world.buyer({ ...DISPUTING, disputes: "ask" });
    await using poor = await world.buyer({ ...DISPUTING, disputeBonds: 1n });
    for (const [buyer, state] of [
      [asking, "asked"],
      [poor, "unaffordable"],
    ] as const) {
      const { rogue, receipt } = await withhold(buyer, await rogueMember(world));
      await settle(rogue.chain, [receipt]);
      const id = idOf(buyer.chain, receipt);
      await until(`it is ${state}`, () => buyer.store.findDuty("dispute", id)?.state === state);
    }
  });

  it("is found by a client that was away, and a reorganisation that takes the settlement back ends it", async () => {
    const [identity, dataDir]: [Identity, string] = [await world.nextIdentity(), await world.dataDir()];
    const before = await world.buyer({ ...DISPUTING, identity, dataDir });
    const { rogue, receipt } = await withhold(before, await rogueMember(world));
    await before[Symbol.asyncDispose]();
    const snapshot = await world.chain.request("evm_snapshot");
    await settle(rogue.chain, [receipt]);
    await using after = await world.buyer({ ...DISPUTING, disputes: "ask", identity, dataDir, deposit: 0n });
    const id = idOf(after.chain, receipt);
    const stateOf = () => after.store.findDuty("dispute", id)?.state;
    await until("it is found", () => stateOf() === "asked");
    await world.chain.request("evm_revert", snapshot);
    for (let block = 0; block < 3; block++) await world.chain.request("evm_mine");
    await until("it is gone", () => stateOf() === "gone");
    await settle(rogue.chain, [receipt]);
    await until("it is back", () => stateOf() === "asked");
  });
});

describe("two signatures over one request", () => {
  it("are reported by the client that sees both: half the stake, and the reporter's share is its own", async () => {
    await using buyer = await world.buyer(DISPUTING);
    const { rogue, receipt, other } = await withhold(buyer, await rogueMember(world));
    const { requestHash } = receipt.response;
    const { stake } = await purse(world, rogue);
    const received = { requestHash, responseHash: idOf(buyer.chain, other), receipt: other };
    buyer.store.saveReceipt({ ...received, contentSalt: requestHash, receivedAtMs: Date.now() });
    await settle(rogue.chain, [receipt]);
    await until("it is proven", () => buyer.store.findDuty("report", requestHash)?.state === "proven");
    const slashed = stake - (await purse(world, rogue)).stake;
    const minimum = await buyer.chain.contracts.stakeRegistry.minimumStake(1);
    expect(slashed).toBe(minimum > stake / 2n ? minimum : stake / 2n);
    // 30 % as the reporter, who had committed before; twice the answer's price as who was hurt.
    expect((await purse(world, buyer)).rewards).toBe((slashed * 3n) / 10n + 2n * priceOf(receipt));
  });

  it("are proven by the next process with what the one before it had committed to, and nothing is sent twice", async () => {
    await using gate = await openGate(world.chain.rpcUrl);
    const own = { ...DISPUTING, identity: await world.nextIdentity(), dataDir: await world.dataDir() };
    const ended = await world.buyer({ ...own, rpcUrl: gate.rpcUrl });
    const { rogue, receipt, other } = await withhold(ended, await rogueMember(world));
    const { requestHash } = receipt.response;
    const received = { requestHash, responseHash: idOf(ended.chain, other), receipt: other };
    ended.store.saveReceipt({ ...received, contentSalt: requestHash, receivedAtMs: Date.now() });
    const sent = (): Promise<number> => rogue.chain.provider.getTransactionCount(own.identity.address);
    const before = await sent();
    // The commitment passes; the process ends before its proof arrives.
    let sends = 0;
    gate.decide = (method) => {
      if (method === "eth_sendRawTransaction") sends++;
      return sends > 1 ? "refuse" : "pass";
    };
    await settle(rogue.chain, [receipt]);
    await until("it would send the proof", () => sends > 1);
    const committed = ended.store.findDuty("report", requestHash);
    await ended[Symbol.asyncDispose]();
    expect(await sent()).toBe(before + 1);
    await using buyer = await world.buyer({ ...own, deposit: 0n });
    await until("it is proven", () => buyer.store.findDuty("report", requestHash)?.state === "proven");
    expect(buyer.store.findDuty("report", requestHash)?.salt).toBe(committed?.salt);
    expect(await sent()).toBe(before + 2);
  });
});
