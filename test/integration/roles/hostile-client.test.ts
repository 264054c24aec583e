/** A client that disputes everything it buys, however it was answered, against an honest executor: who loses what, to the unit. */
import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { type TransactionReceipt, zeroPadValue } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { delivery } from "../../../node/src/chain/contracts.ts";
import { readPastLogs } from "../../../node/src/chain/watch/past-logs.ts";
import { accuse, idOf, purse, settleAll, standing } from "./disputed-deliveries.ts";
import { says, scriptedBackend } from "./scripted-backend.ts";
import { askAll, type Buyer, question, type Seller, until, World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world[Symbol.asyncDispose]());

const NEVER_MS = 3_600_000;
/** Gas of an answer by its text that the bond does not see: of its first transaction, and of each further one. */
const [UNSEEN, UNSEEN_MORE] = [8_000n, 3_000n];
/** Pieces of 250 letters: answers that are shown whole, with one chunk first, and in batches of eight. */
const LENGTHS = [1, 30, 36, 160] as const;

/** What the executor paid in base fees to show an answer, what the bond gave back, and how much of it no contract can see at most. */
async function costOfShowing({ chain, identity }: Seller, id: Hex) {
  const logsOf = (topics: readonly (Hex | null)[]) =>
    readPastLogs(chain, { address: world.deployment.deliveryDisputes, topics });
  const revealed = await logsOf([delivery.topicOf("AnswerRevealed"), id]);
  const hashes = [...new Set(revealed.map(({ transactionHash }) => transactionHash))];
  let [spent, unseen] = [0n, 0n];
  for (const [index, hash] of hashes.entries()) {
    const { gasUsed, blockNumber } = (await chain.provider.getTransactionReceipt(hash)) as TransactionReceipt;
    const baseFee = (await chain.provider.getBlock(blockNumber))?.baseFeePerGas ?? 0n;
    spent += gasUsed * baseFee;
    unseen += (index === 0 ? UNSEEN : UNSEEN_MORE) * baseFee;
  }
  const own = zeroPadValue(identity.address, 32) as Hex;
  const credited = await logsOf([delivery.topicOf("BondCredited"), own, id]);
  const got = credited.reduce((sum, log) => sum + BigInt(delivery.parsed.parseLog(log)?.args["amount"]), 0n);
  return { transactions: hashes.length, spent, got, unseen };
}

it("costs an honest executor nothing but tips and the gas that no contract can see, and itself bonds and disputes", async () => {
  let pieces = 1;
  const backend = scriptedBackend(
    (completion, signal) => says(...Array(pieces).fill("x".repeat(250)))(completion, signal),
    "hostile",
  );
  await using seller = await world.seller({ backend, disputeCheckMs: 200 });
  const hostile = (quietMs: number): Promise<Buyer> => world.buyer({ disputes: "off", quietMs });
  await using buyer = await hostile(NEVER_MS);
  await using acknowledging = await hostile(0);
  const before = await purse(world, seller);
  const newest = new Map<string, bigint>();
  const buy = async (by: Buyer): Promise<Receipt> => {
    const { receipt } = (await askAll(by, question("?", { model: "hostile", maxOutboundTokens: 300 }))).end;
    newest.set(by.identity.address, receipt.response.cumulativeCost);
    return receipt;
  };

  for (pieces of LENGTHS) {
    const receipt = await buy(buyer);
    await settleAll(seller);
    const { id } = await accuse(world, buyer, receipt);
    await standing(world, seller, id, "delivered");
    const { transactions, spent, got, unseen } = await costOfShowing(seller, id);
    expect(transactions, `${pieces} pieces`).toBe(pieces < 35 ? 1 : pieces < 100 ? 2 : 3);
    expect(got, `${pieces} pieces`).toBeLessThanOrEqual(spent);
    expect(got, `${pieces} pieces`).toBeGreaterThanOrEqual(spent - unseen);
  }

  pieces = 1;
  const continued = await buy(buyer);
  await settleAll(seller);
  await buy(buyer);
  const acknowledged = await buy(acknowledging);
  await until("it is acknowledged", () => seller.store.ackOf(idOf(seller.chain, acknowledged)) !== undefined);
  const lies = [await accuse(world, buyer, continued)];
  await settleAll(seller);
  lies.push(await accuse(world, acknowledging, acknowledged));
  for (const { id, bond } of lies) {
    await standing(world, seller, id, "rejected");
    expect(await costOfShowing(seller, id)).toEqual({ transactions: 0, spent: 0n, got: bond, unseen: 0n });
  }

  const earned = [...newest.values()].reduce((sum, cost) => sum + cost, 0n);
  const after = await purse(world, seller);
  expect({ ...after, bonds: before.bonds }).toEqual({ ...before, settled: before.settled + earned });
  expect([(await purse(world, buyer)).lost, (await purse(world, acknowledging)).lost]).toEqual([1n, 1n]);
});
