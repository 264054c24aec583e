/** What parties of disputes owe by a deadline, while the chain's server is away, its past changes, and clocks differ by days. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { allocate } from "../../../node/src/chain/account/actions.ts";
import { settle } from "../../../node/src/chain/account/settle.ts";
import { delivery } from "../../../node/src/chain/contracts.ts";
import { readDispute } from "../../../node/src/chain/disputes/delivery-disputes.ts";
import { readLane } from "../../../node/src/chain/reads.ts";
import { readPastLogs } from "../../../node/src/chain/watch/past-logs.ts";
import { LloomError } from "../../../node/src/errors.ts";
import { Metrics } from "../../../node/src/observe/metrics.ts";
import { recordNode } from "../../../node/src/observe/record-node.ts";
import { openGate, type RpcGate } from "../../support/rpc-gate.ts";
import { accuse, HOUR, idOf, later, purse, rogueMember, settleAll, standing, withhold } from "./disputed-deliveries.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { askAll, type BuyerOptions, DOLLAR, type Heard, type Member, question, soon, until, World } from "./world.ts";

let world: World;
let gate: RpcGate;
/** Looks at the chain, and owes nothing. */
let watcher: Member;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  world = stack.use(await World.start());
  gate = stack.use(await openGate(world.chain.rpcUrl));
  watcher = await world.join(await world.nextIdentity());
});
/** Each begins when the chain's clock is this machine's: clients sign deadlines by it. */
let beginning: unknown;
beforeEach(async () => {
  gate.decide = () => "pass";
  if (beginning !== undefined) await world.chain.request("evm_revert", beginning);
  beginning = await world.chain.request("evm_snapshot");
});
afterAll(() => stack.disposeAsync());

const NEVER_MS = 3_600_000;
const DAY = 24 * HOUR;
/** More than a call is tried, for each of those who call. */
const MISSED = 40;

const disputing = (change: Partial<BuyerOptions> = {}): BuyerOptions => ({
  ...{ disputes: "auto", disputePatienceSeconds: 0n, disputeCheckMs: 200 },
  ...change,
});

/** The chain's server is away for whoever goes by the gate, while its clock goes on by so much and something is done. */
async function away(seconds: number, meanwhile: () => Promise<void>): Promise<void> {
  let missed = 0;
  gate.decide = () => {
    missed++;
    return "refuse";
  };
  await meanwhile();
  await until("calls have failed", () => missed > MISSED);
  await later(world, seconds);
  gate.decide = () => "pass";
}

/** What the chain has paid for the lane of these answers. */
async function paidFor([first]: readonly Heard["end"][]): Promise<bigint> {
  if (first === undefined) return 0n;
  const { client, executor, lane } = first.receipt.request;
  return (await readLane(watcher.chain, { client, executor, lane })).cost;
}

/** How often this has happened in a dispute. */
const countOf = async (event: "DeliveryOpened" | "DeliveryClosed" | "AnswerRevealed", id: `0x${string}`) =>
  (
    await readPastLogs(watcher.chain, {
      address: world.deployment.deliveryDisputes,
      topics: [delivery.topicOf(event), id],
    })
  ).length;

describe("while the chain's server is away", () => {
  it("answers go on where the channel is known, who has none is told why, and everything is settled once it is back", async () => {
    using measuring = new DisposableStack();
    let aheadMs = 0;
    const seen = recordNode(new Metrics("executor"), measuring, () => performance.now() + aheadMs);
    const [identity, payer] = [await world.nextIdentity(), await world.nextIdentity()];
    {
      // Nobody has to hear any more that the channel was filled, and to read it again.
      await using filling = await world.buyer({ identity: payer });
      await allocate(filling.chain, identity.address, 50n * DOLLAR);
    }
    const backend = scriptedBackend(says("Here."), "going");
    await using seller = await world.seller({ backend, identity, rpcUrl: gate.rpcUrl });
    await using buyer = await world.buyer({ identity: payer, deposit: 0n, rpcUrl: gate.rpcUrl });
    await using newcomer = await world.buyer({ rpcUrl: gate.rpcUrl, chainPatienceMs: 100 });
    const asked = question("?", { model: "going" });
    const ends: Heard["end"][] = [];
    const askSome = async (): Promise<void> => {
      for (let asking = 0; asking < 3; asking++) ends.push((await askAll(buyer, asked)).end);
    };
    await askSome();
    await until("the newcomer knows it", () => newcomer.client.offers("going").length > 0);
    let missed = 0;
    gate.decide = () => {
      missed++;
      return "refuse";
    };
    await askSome();
    await until("calls have failed", () => missed > MISSED);
    await askSome();
    await expect(askAll(newcomer, asked)).rejects.toMatchObject({ code: "CHAIN_UNREACHABLE" });
    expect(newcomer.store.outcomes(9)).toEqual([]);
    expect(seen.problem()).toBeUndefined();
    aheadMs = 60_000;
    expect(seen.problem()).toBe("The chain's RPC server does not answer: check --rpc, and whether it runs.");
    await expect(seller.executor.settleNow(soon(100))).rejects.toBeInstanceOf(LloomError);
    const cost = ends.reduce((sum, end) => sum + end.cost, 0n);
    expect([seller.executor.status().owed, seller.executor.status().answered]).toEqual([cost, ends.length]);
    expect(new Set(ends.map(({ receipt }) => receipt.request.lane)).size).toBe(1);

    gate.decide = () => "pass";
    await settleAll(seller);
    expect(await paidFor(ends)).toBe(cost);
    await until("it says that the chain is there", () => seen.problem() === undefined);
    await until("the client knows that it is paid", () => buyer.store.outstanding(seller.identity.address, 0n) === 0n);
    await askAll(newcomer, asked);
  });

  it("an hour passes: an answer is shown and a dispute opened in time, and one ended that came due, each once", async () => {
    const seller = await world.seller({
      ...{ backend: scriptedBackend(says("Here."), "away"), rpcUrl: gate.rpcUrl, disputeCheckMs: 200 },
    });
    await using _seller = seller;
    await using accusing = await world.buyer({ quietMs: NEVER_MS });
    const { end } = await askAll(accusing, question("?", { model: "away" }));
    await settleAll(seller);
    await using buyer = await world.buyer(disputing({ rpcUrl: gate.rpcUrl }));
    const { rogue, receipt } = await withhold(buyer, await rogueMember(world));
    const missing = idOf(buyer.chain, receipt);
    let shown: `0x${string}` = "0x";
    await away(HOUR, async () => {
      ({ id: shown } = await accuse(world, accusing, end.receipt));
      await settle(rogue.chain, [receipt]);
    });
    await standing(world, accusing, shown, "delivered");
    await standing(world, accusing, missing, "open");
    await until("it is noted", () => buyer.store.findDuty("dispute", missing)?.state === "disputed");
    await later(world, 11 * HOUR + 1_800);
    await away(HOUR, async () => undefined);
    await standing(world, accusing, missing, "defaulted");
    await until("it is noted", () => buyer.store.findDuty("dispute", missing)?.state === "defaulted");
    expect([await countOf("AnswerRevealed", shown), await countOf("DeliveryClosed", shown)]).toEqual([1, 1]);
    expect([await countOf("DeliveryOpened", missing), await countOf("DeliveryClosed", missing)]).toEqual([1, 1]);
  });

  it("what came too late is said to be, and nothing is sent any more", async () => {
    const seller = await world.seller({
      ...{ backend: scriptedBackend(says("Here."), "late"), rpcUrl: gate.rpcUrl, disputeCheckMs: 200 },
    });
    await using _seller = seller;
    await using accusing = await world.buyer({ quietMs: NEVER_MS });
    const { end } = await askAll(accusing, question("?", { model: "late" }));
    await settleAll(seller);
    await using buyer = await world.buyer(disputing({ rpcUrl: gate.rpcUrl }));
    const { rogue, receipt } = await withhold(buyer, await rogueMember(world));
    const missing = idOf(buyer.chain, receipt);
    const sent = () =>
      Promise.all([seller, buyer].map(({ identity }) => accusing.chain.provider.getTransactionCount(identity.address)));
    const before = await sent();
    let late: `0x${string}` = "0x";
    await away(4 * DAY, async () => {
      ({ id: late } = await accuse(world, accusing, end.receipt));
      await settle(rogue.chain, [receipt]);
    });
    await until("the executor says so", () => seller.store.findDuty("answer", late)?.state === "late");
    await until("the client says so", () => buyer.store.findDuty("dispute", missing)?.state === "expired");
    expect(await sent()).toEqual(before);
    expect(await countOf("DeliveryOpened", missing)).toBe(0);
  });
});

describe("a reorganisation", () => {
  it("that takes a client's dispute back has it opened again, once, for one bond", async () => {
    await using buyer = await world.buyer(disputing({ disputePatienceSeconds: BigInt(HOUR) }));
    const { rogue, receipt } = await withhold(buyer, await rogueMember(world));
    const id = idOf(buyer.chain, receipt);
    await settle(rogue.chain, [receipt]);
    await until("it is missing", () => buyer.store.findDuty("dispute", id)?.state === "missing");
    const undisputed = await world.chain.request("evm_snapshot");
    await later(world, HOUR + 60);
    await standing(world, buyer, id, "open");
    await until("it is noted", () => buyer.store.findDuty("dispute", id)?.state === "disputed");
    await world.chain.request("evm_revert", undisputed);
    for (let block = 0; block < 6; block++) await world.chain.request("evm_mine");
    await later(world, HOUR + 60);
    await standing(world, rogue, id, "open");
    expect(await countOf("DeliveryOpened", id)).toBe(1);
    const { bond } = await readDispute(buyer.chain, world.deployment.deliveryDisputes, id);
    const held = await buyer.chain.provider.getBalance(world.deployment.deliveryDisputes);
    // What it sent beyond the bond is credited to it.
    expect(held).toBe(bond + (await purse(world, buyer)).bonds);
  });
});

describe("a machine's clock that is off by ten days", () => {
  it.each([10, -10])("(%i) neither hurries nor delays what the chain's clock has to say", async (days) => {
    let skewMs = 0;
    const clock = (): number => Date.now() + skewMs;
    const model = `skewed${days}`;
    await using seller = await world.seller({
      backend: scriptedBackend(says("Here."), model),
      clock,
      disputeCheckMs: 200,
    });
    await using accusing = await world.buyer({ quietMs: NEVER_MS });
    const { end } = await askAll(accusing, question("?", { model }));
    await settleAll(seller);
    await using buyer = await world.buyer(disputing({ clock, disputePatienceSeconds: BigInt(HOUR) }));
    const { rogue, receipt } = await withhold(buyer, await rogueMember(world));
    const missing = idOf(buyer.chain, receipt);
    skewMs = days * DAY * 1_000;
    await settle(rogue.chain, [receipt]);
    await until("it is missing", () => buyer.store.findDuty("dispute", missing)?.state === "missing");
    const { id } = await accuse(world, accusing, end.receipt);
    await standing(world, accusing, id, "delivered");
    expect((await readDispute(accusing.chain, world.deployment.deliveryDisputes, missing)).state).toBe("none");
    await later(world, HOUR + 60);
    await standing(world, accusing, missing, "open");
    await later(world, 12 * HOUR + 60);
    await standing(world, accusing, missing, "defaulted");
  });
});
