import { channel, client, clientMovement, type clientMovementKind } from "ponder:schema";
import type { Hex } from "viem";
import type { originOf } from "./origin.ts";
import { addToNetwork, type Db, seeChannel, seeClient } from "./totals.ts";

/** Money on its way from a channel back to the client's free deposit. */
interface Return {
  readonly client: Hex;
  readonly executor: Hex;
  readonly amount: bigint;
  readonly channelBalance: bigint;
  readonly balance: bigint;
  readonly kind: (typeof clientMovementKind.enumValues)[number];
  readonly origin: ReturnType<typeof originOf>;
  /** What is unlocking afterwards, by what was unlocking before. */
  readonly unlocking: (before: bigint) => bigint;
}

/** Books an unlock that was finalized or a release by the executor. */
export async function returnToDeposit(db: Db, { kind, origin, amount, ...event }: Return): Promise<void> {
  const pair = { clientAddress: event.client, executorAddress: event.executor };
  await seeClient(db, event.client, origin.timestamp);
  await seeChannel(db, pair);
  await db.update(channel, pair).set((row) => channelAfter(row, event.channelBalance, event.unlocking(row.unlocking)));
  await db
    .update(client, { address: event.client })
    .set((row) => ({ allocated: row.allocated - amount, balance: event.balance }));
  await db.insert(clientMovement).values({ ...origin, ...pair, kind, amount });
  await addToNetwork(db, { allocated: -amount });
}

/** A channel after money went out of it: no date for an unlock of nothing. */
export function channelAfter(before: { unlockAt: number | null }, balance: bigint, unlocking: bigint) {
  return { balance, unlocking, unlockAt: unlocking === 0n ? null : before.unlockAt };
}
