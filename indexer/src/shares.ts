import { ponder } from "ponder:registry";
import { network, rewardAccount, rewardMovement } from "ponder:schema";
import type { Hex } from "viem";
import { originOf } from "./origin.ts";
import { addToBuckets, addToNetwork, type Db, NETWORK_ID } from "./totals.ts";

/** Who gets shares of a slash, and how much. */
interface Slash {
  readonly reporter: Hex;
  readonly victim: Hex;
  readonly jury: Hex;
  readonly payout: Readonly<Record<"restituted" | "reporter" | "victim" | "jury" | "treasury", bigint>>;
}

/** Credits everybody's part of a slash. */
export async function creditShares(db: Db, { reporter, victim, jury, payout }: Slash): Promise<void> {
  await credit(db, reporter, payout.reporter);
  await credit(db, victim, payout.restituted + payout.victim);
  await credit(db, jury, payout.jury);
  await creditTreasury(db, payout.treasury);
}

/** What was collected of a slash that had waited. */
interface Collected {
  readonly reporter: Hex;
  readonly victim: Hex;
  readonly toReporter: bigint;
  readonly toVictim: bigint;
  readonly toTreasury: bigint;
}

/** Credits what had waited. */
export async function creditCollected(db: Db, shares: Collected): Promise<void> {
  await credit(db, shares.reporter, shares.toReporter);
  await credit(db, shares.victim, shares.toVictim);
  await creditTreasury(db, shares.toTreasury);
}

/** The treasury is the deployment's, which the row of totals has. */
async function creditTreasury(db: Db, amount: bigint): Promise<void> {
  const deployment = await db.find(network, { id: NETWORK_ID });
  if (deployment !== null) await credit(db, deployment.treasury, amount);
}

async function credit(db: Db, address: Hex, amount: bigint): Promise<void> {
  if (amount === 0n) return;
  await db
    .insert(rewardAccount)
    .values({ address, credited: amount })
    .onConflictDoUpdate((row) => ({ credited: row.credited + amount }));
}

ponder.on("StakeRegistry:RewardsTransferred", async ({ event, context: { db } }) => {
  const { from: accountAddress, to: receiver, amount } = event.args;
  await db
    .insert(rewardAccount)
    .values({ address: accountAddress })
    .onConflictDoUpdate((row) => ({ credited: row.credited - amount }));
  await credit(db, receiver, amount);
  const row = { accountAddress, receiver, amount };
  await db.insert(rewardMovement).values({ ...originOf(event), ...row, kind: "TRANSFER" });
});

ponder.on("StakeRegistry:RewardsWithdrawn", async ({ event, context: { db } }) => {
  const { account: accountAddress, to: receiver, amount } = event.args;
  const origin = originOf(event);
  await db.update(rewardAccount, { address: accountAddress }).set((row) => ({ withdrawn: row.withdrawn + amount }));
  const row = { accountAddress, receiver, amount };
  await db.insert(rewardMovement).values({ ...origin, ...row, kind: "WITHDRAW" });
  await addToNetwork(db, { rewardsWithdrawn: amount });
  await addToBuckets(db, origin.timestamp, { rewardsWithdrawn: amount });
});
