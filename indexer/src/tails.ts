import { client, clientMovement, executor, tail, tailMovement } from "ponder:schema";
import type { Hex } from "viem";
import type { originOf } from "./origin.ts";
import { addToBuckets, addToExecutorDay, addToNetwork, type Db } from "./totals.ts";

type Origin = ReturnType<typeof originOf>;

/** What the three events of a disputed tail have in common. */
interface TailEvent {
  readonly client: Hex;
  readonly executor: Hex;
  readonly lane: bigint;
  readonly nonce: number;
  readonly judge: Hex;
  readonly amount: bigint;
}

const keyOf = (event: TailEvent) => ({
  clientAddress: event.client,
  executorAddress: event.executor,
  laneNumber: event.lane,
  nonce: BigInt(event.nonce),
});

/** A judge took a tail out of the executor's earnings. */
export async function holdTail(db: Db, event: TailEvent & { paid: bigint }, origin: Origin): Promise<void> {
  const { judge: judgeAddress, amount, paid } = event;
  const hold = { judgeAddress, held: amount };
  await db
    .insert(tail)
    .values({ ...keyOf(event), ...hold })
    .onConflictDoUpdate(hold);
  await moveHeld(db, event.executor, amount);
  await db.insert(tailMovement).values({ ...origin, ...keyOf(event), judgeAddress, kind: "HOLD", amount, paid });
}

/** A judge gave a held tail back to the executor. */
export async function releaseTail(db: Db, event: TailEvent, origin: Origin): Promise<void> {
  const { judge: judgeAddress, amount } = event;
  await db.update(tail, keyOf(event)).set({ judgeAddress: null, held: 0n });
  await moveHeld(db, event.executor, -amount);
  await db.insert(tailMovement).values({ ...origin, ...keyOf(event), judgeAddress, kind: "RELEASE", amount });
}

/**
 * A client got a tail back: either the one that a judge held, or straight out of the executor's earnings. The event is the
 * same; nothing comes straight out while a judge holds the tail.
 */
export async function refundTail(db: Db, event: TailEvent & { balance: bigint }, origin: Origin): Promise<void> {
  const { judge: judgeAddress, executor: executorAddress, amount, balance } = event;
  const key = keyOf(event);
  const wasHeld = ((await db.find(tail, key))?.judgeAddress ?? null) !== null;
  await db
    .insert(tail)
    .values({ ...key, refunded: amount })
    .onConflictDoUpdate((row) => ({ judgeAddress: null, held: 0n, refunded: row.refunded + amount }));
  if (wasHeld) await moveHeld(db, executorAddress, -amount);
  await db
    .update(executor, { address: executorAddress })
    .set((row) => ({ tailRefunded: row.tailRefunded + amount, earned: row.earned - amount }));
  await db
    .update(client, { address: event.client })
    .set((row) => ({ tailRefunded: row.tailRefunded + amount, balance }));
  await db.insert(tailMovement).values({ ...origin, ...key, judgeAddress, kind: "REFUND", amount });
  const { clientAddress } = key;
  await db.insert(clientMovement).values({ ...origin, kind: "REFUND", clientAddress, executorAddress, amount });
  await addToNetwork(db, { tailRefunded: amount });
  await addToBuckets(db, origin.timestamp, { tailRefunded: amount });
  await addToExecutorDay(db, { executorAddress, timestamp: origin.timestamp }, { tailRefunded: amount });
}

async function moveHeld(db: Db, address: Hex, amount: bigint): Promise<void> {
  await db
    .update(executor, { address })
    .set((row) => ({ tailHeld: row.tailHeld + amount, earned: row.earned - amount }));
  await addToNetwork(db, { tailHeld: amount });
}
