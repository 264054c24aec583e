/** Executors that die with money unsettled and disputes open, and what their watchtower does for them, to the unit. */
import { join } from "node:path";
import type { Receipt } from "@lloom/protocol/commitment-types";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deposit, requestUnlock } from "../../../node/src/chain/account/actions.ts";
import { readChannel, readLane } from "../../../node/src/chain/reads.ts";
import type { PeerTarget } from "../../../node/src/p2p/host/dial.ts";
import { callEntrust } from "../../../node/src/p2p/rpc/rpc-calls.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import { createTextCipher } from "../../../node/src/store/database/text-cipher.ts";
import { openValidatorLog, type ValidatorLog } from "../../../node/src/store/validator/validator-log.ts";
import { TowerFees } from "../../../node/src/validator/tower/tower-fees.ts";
import { createValidator } from "../../../node/src/validator/validator.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";
import { targetOf } from "../../support/hosts.ts";
import { accuse, HOUR, later, purse, settleAll, standing } from "./disputed-deliveries.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { askAll, type Buyer, DOLLAR, log, type Member, question, type Seller, soon, until, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
/** Each begins when the chain's clock is this machine's: clients sign deadlines by it. */
let beginning: unknown;
beforeEach(async () => {
  if (beginning !== undefined) await world.chain.request("evm_revert", beginning);
  beginning = await world.chain.request("evm_snapshot");
});
afterEach(() => world.endMembers());
afterAll(() => world[Symbol.asyncDispose]());

const NEVER_MS = 3_600_000;
/** Less than an answer costs. */
const FEE = 100n;

interface Tower extends Member, AsyncDisposable {
  readonly store: ValidatorLog;
  readonly target: PeerTarget;
}

/** A validator that guards somebody; started again with the same directory it is the same one. */
async function tower(
  guarded: Identity,
  { identity, fee = 0n, dataDir }: { identity?: Identity; fee?: bigint; dataDir?: string } = {},
): Promise<Tower> {
  const stack = new AsyncDisposableStack();
  const member = await world.join(identity ?? (await world.nextIdentity()), undefined, stack);
  const cipher = createTextCipher(member.identity.secret);
  const path = join(dataDir ?? (await world.dataDir()), "validator.sqlite");
  const store = openValidatorLog(stack.use(openDatabase(path, { cipher })));
  stack.use(
    await createValidator(
      { ...member, store, log },
      {
        ...{ guards: [guarded.address], guardFee: fee, jury: false },
        ...{ watchPollMs: 100, dutyCheckMs: 100, turnMs: 0 },
      },
    ),
  );
  return { ...member, store, target: targetOf(member.host), [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** An executor that hands its pairs over, and a client of it that neither acknowledges nor disputes by itself. */
async function market(
  model: string,
  watchtower: Tower,
  { identity, fee = 0n, quietMs = NEVER_MS }: { identity: Identity; fee?: bigint; quietMs?: number },
): Promise<{ seller: Seller; buyer: Buyer }> {
  const backend = scriptedBackend(says("Here."), model);
  const watched = { watchtowers: [watchtower.target], watchtowerFee: fee, entrustMs: 50, entrustAllMs: 300 };
  const seller = await world.seller({ backend, identity, ...watched });
  return { seller, buyer: await world.buyer({ quietMs }) };
}

const has = ({ store }: Tower, { request }: Receipt, isAcknowledged = false): Promise<void> =>
  until("the watchtower has the pair", () => {
    const pair = store.guardedPair(request);
    return pair?.receipt.request.nonce === request.nonce && (pair.acknowledgement !== undefined) === isAcknowledged;
  });

const lookedAt = ({ chain, store }: Tower, { address }: Identity): Promise<void> =>
  until("it has been looked at", async () => store.duePairs(address, await chain.nowSeconds(), 10).length === 0);

const paid = async ({ chain }: Member, { request }: Receipt): Promise<bigint> => (await readLane(chain, request)).cost;

describe("an executor that died", () => {
  it("has its lanes settled in the second half of the time that there is, not before, and once", async () => {
    const identity = await world.nextIdentity();
    await using guard = await tower(identity);
    const { seller, buyer } = await market("unsettled", guard, { identity });
    const buyers = [buyer, await world.buyer({ quietMs: NEVER_MS })];
    const asked = question("?", { model: "unsettled" });
    const answers = await Promise.all(buyers.map((one) => askAll(one, asked)));
    const receipts = answers.map(({ end }) => end.receipt);
    for (const receipt of receipts) await has(guard, receipt);
    const before = await purse(world, seller);
    await seller[Symbol.asyncDispose]();
    await later(world, 11 * HOUR);
    await lookedAt(guard, identity);
    expect(await Promise.all(receipts.map((receipt) => paid(guard, receipt)))).toEqual([0n, 0n]);
    await later(world, 2 * HOUR);
    const owed = receipts.map(({ response }) => response.cumulativeCost);
    await until("both are settled", async () =>
      (await Promise.all(receipts.map((receipt) => paid(guard, receipt)))).every((cost, index) => cost === owed[index]),
    );
    const after = await purse(world, { ...guard, identity });
    const sum = owed.reduce((total, cost) => total + cost, 0n);
    expect(after).toEqual({ ...before, settled: before.settled + sum });
    const nonce = await guard.chain.provider.getTransactionCount(guard.identity.address);
    await later(world, 2 * HOUR);
    await lookedAt(guard, identity);
    // Both in one transaction, and never again.
    expect([nonce, await guard.chain.provider.getTransactionCount(guard.identity.address)]).toEqual([1, 1]);
  });

  it("has them settled before a client that takes its money back can have it", async () => {
    const identity = await world.nextIdentity();
    await using guard = await tower(identity);
    const { seller, buyer } = await market("unlocked", guard, { identity });
    const { end } = await askAll(buyer, question("?", { model: "unlocked" }));
    await has(guard, end.receipt);
    await seller[Symbol.asyncDispose]();
    const { balance } = await readChannel(buyer.chain, buyer.identity.address, identity.address);
    await requestUnlock(buyer.chain, identity.address, balance);
    await later(world, 11 * HOUR + 1_800);
    expect(await paid(guard, end.receipt)).toBe(0n);
    await later(world, HOUR);
    await until("it is settled", async () => (await paid(guard, end.receipt)) === end.cost);
  });

  it("is defended by the client's acknowledgement, with the bond for the dead and nothing for the liar", async () => {
    const identity = await world.nextIdentity();
    await using guard = await tower(identity);
    const { seller, buyer } = await market("acknowledged", guard, { identity, quietMs: 0 });
    const { end } = await askAll(buyer, question("?", { model: "acknowledged" }));
    await has(guard, end.receipt, true);
    await settleAll(seller);
    const before = await purse(world, seller);
    await seller[Symbol.asyncDispose]();
    const { id, bond } = await accuse(world, buyer, end.receipt);
    await later(world, HOUR + 60);
    await standing(world, guard, id, "rejected");
    expect(await purse(world, { ...guard, identity })).toEqual({ ...before, bonds: before.bonds + bond });
    expect((await purse(world, buyer)).lost).toBe(1n);
  });

  it("is defended by the client's next request, whose answer the watchtower has, and settles that too", async () => {
    const identity = await world.nextIdentity();
    const [dataDir, key] = [await world.dataDir(), await world.nextIdentity()];
    await using first = await tower(identity, { identity: key, dataDir });
    const { seller, buyer } = await market("continued", first, { identity });
    const asked = question("?", { model: "continued" });
    const disputed = await askAll(buyer, asked);
    await settleAll(seller);
    const next = await askAll(buyer, asked);
    expect(next.end.receipt.request.lane).toBe(disputed.end.receipt.request.lane);
    await has(first, next.end.receipt);
    const before = await purse(world, seller);
    await seller[Symbol.asyncDispose]();
    // The watchtower is away, too, when the dispute is opened.
    await first[Symbol.asyncDispose]();
    const { id, bond } = await accuse(world, buyer, disputed.end.receipt);
    await later(world, 11 * HOUR);
    await using guard = await tower(identity, { identity: key, dataDir });
    await standing(world, guard, id, "rejected");
    await later(world, 2 * HOUR);
    await until(
      "the next answer is settled",
      async () => (await paid(guard, next.end.receipt)) === next.end.receipt.response.cumulativeCost,
    );
    const after = await purse(world, { ...guard, identity });
    expect(after).toEqual({
      ...before,
      bonds: before.bonds + bond,
      settled: before.settled + next.end.receipt.response.cumulativeCost - disputed.end.cost,
    });
  });
});

describe("a watchtower's fee", () => {
  it("is taken out of the dead executor's deposit before the transaction, once for each lane", async () => {
    const identity = await world.nextIdentity();
    await using guard = await tower(identity, { fee: FEE });
    const { seller, buyer } = await market("paid", guard, { identity, fee: FEE });
    const buyers = [buyer, await world.buyer({ quietMs: NEVER_MS })];
    await deposit(seller.chain, FEE * 3n);
    const asked = question("?", { model: "paid" });
    const ends = (await Promise.all(buyers.map((one) => askAll(one, asked)))).map(({ end }) => end);
    for (const { receipt } of ends) await has(guard, receipt);
    const before = await purse(world, seller);
    await seller[Symbol.asyncDispose]();
    await later(world, 13 * HOUR);
    for (const { receipt, cost } of ends)
      await until("it is settled", async () => (await paid(guard, receipt)) === cost);
    expect(await purse(world, { ...guard, identity })).toEqual({
      ...before,
      deposit: before.deposit - 2n * FEE,
      settled: before.settled + ends.reduce((sum, { cost }) => sum + cost, 0n),
    });
    expect((await purse(world, guard)).wallet).toBe(2n * FEE);
  });

  it("that was taken by a process which ended before it settled is not taken again: the next one settles", async () => {
    const identity = await world.nextIdentity();
    const own = { identity: await world.nextIdentity(), dataDir: await world.dataDir(), fee: FEE };
    const ended = await tower(identity, own);
    const { seller, buyer } = await market("half", ended, { identity, fee: FEE });
    await deposit(seller.chain, FEE * 3n);
    const { end } = await askAll(buyer, question("?", { model: "half" }));
    await has(ended, end.receipt);
    await seller[Symbol.asyncDispose]();
    const { chain, store } = ended;
    const pair = store.guardedPair(end.receipt.request);
    expect(pair && (await new TowerFees({ chain, store, fee: FEE, log }).take(pair, soon()))).toBe(true);
    await ended[Symbol.asyncDispose]();
    await later(world, 13 * HOUR);
    await using guard = await tower(identity, own);
    await until("it is settled", async () => (await paid(guard, end.receipt)) === end.cost);
    expect((await purse(world, guard)).wallet).toBe(FEE);
  });

  it("is not taken for a lane that owes no more", async () => {
    const identity = await world.nextIdentity();
    await using guard = await tower(identity, { fee: DOLLAR });
    const { seller, buyer } = await market("dust", guard, { identity, fee: DOLLAR });
    await deposit(seller.chain, DOLLAR);
    const { end } = await askAll(buyer, question("?", { model: "dust" }));
    await has(guard, end.receipt);
    await seller[Symbol.asyncDispose]();
    await later(world, 13 * HOUR);
    await lookedAt(guard, identity);
    expect(await guard.chain.provider.getTransactionCount(guard.identity.address)).toBe(0);
  });

  it("that no deposit holds is not lent: nothing is sent", async () => {
    const identity = await world.nextIdentity();
    await using guard = await tower(identity, { fee: FEE });
    const { seller, buyer } = await market("unpaid", guard, { identity, fee: FEE });
    const { end } = await askAll(buyer, question("?", { model: "unpaid" }));
    await has(guard, end.receipt);
    await seller[Symbol.asyncDispose]();
    await later(world, 13 * HOUR);
    await lookedAt(guard, identity);
    expect(await guard.chain.provider.getTransactionCount(guard.identity.address)).toBe(0);
    expect(await paid(guard, end.receipt)).toBe(0n);
  });
});

describe("pairs", () => {
  it("are there again after the watchtower has lost them", async () => {
    const identity = await world.nextIdentity();
    await using guard = await tower(identity);
    const { buyer } = await market("lost", guard, { identity });
    const { end } = await askAll(buyer, question("?", { model: "lost" }));
    await has(guard, end.receipt);
    guard.store.forgetPairs(end.receipt.request.deadline + 1n);
    expect(guard.store.countPairs(identity.address)).toBe(0);
    await has(guard, end.receipt);
  });

  it("are taken from the executor alone, of executors that are guarded, with the fee that is asked", async () => {
    const identity = await world.nextIdentity();
    await using guard = await tower(identity, { fee: FEE });
    const { seller, buyer } = await market("refused", guard, { identity, fee: FEE - 1n });
    const { end } = await askAll(buyer, question("?", { model: "refused" }));
    const call = (member: Member, pair: Receipt) =>
      callEntrust(member.host, { target: guard.target, signal: soon() }, pair);
    await expect(call(buyer, end.receipt)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(call(seller, end.receipt)).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    const others = { ...end.receipt, request: { ...end.receipt.request, executor: buyer.identity.address } };
    await expect(call(buyer, others)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect(guard.store.countPairs(identity.address)).toBe(0);
  });
});
