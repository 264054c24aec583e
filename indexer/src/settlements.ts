import { channel, client, clientDay, executor, executorModel, lane, model, modelDay } from "ponder:schema";
import type { Hex } from "viem";
import { channelAfter } from "./escrow.ts";
import { added, averagePriceOf, dayOf, unlockingAfter, type Work } from "./rollups.ts";
import { addToBuckets, addToExecutorDay, addToNetwork, type Db, seeChannel } from "./totals.ts";

/** Whose work a settlement is, and the state that its event says the lane and the channel are in. */
export interface SettlementEvent {
  readonly client: Hex;
  readonly executor: Hex;
  readonly lane: bigint;
  readonly model: Hex;
  readonly nonce: number;
  readonly laneCost: bigint;
  readonly unpaid: bigint;
  readonly channelBalance: bigint;
}

/** One settlement as the sums see it. */
interface Booking {
  readonly settled: SettlementEvent;
  readonly work: Work;
  readonly timestamp: number;
}

/** The columns of a row that has just got its first settlement. */
const first = ({ work, timestamp }: Booking) => ({ ...work, firstSettledAt: timestamp, lastSettledAt: timestamp });

/** What a settlement changes in a row that may have had some before. */
const next = ({ work, timestamp }: Booking, row: Work & { firstSettledAt: number | null }) => ({
  ...added(row, work),
  firstSettledAt: row.firstSettledAt ?? timestamp,
  lastSettledAt: timestamp,
});

/** Adds one settlement to every sum that it counts for. The rows of its client and executor are there already. */
export async function bookSettlement(db: Db, booking: Booking): Promise<void> {
  const { settled, work, timestamp } = booking;
  const newLane = await bookLane(db, booking);
  const newPair = await bookChannel(db, booking, newLane);
  const newModel = await bookModel(db, booking);
  await db.update(executor, { address: settled.executor }).set((row) => ({
    ...next(booking, row),
    earned: row.earned + work.paid,
    averagePrice: averagePriceOf(row, work),
    clientCount: row.clientCount + newPair,
  }));
  await db.update(client, { address: settled.client }).set((row) => ({
    ...next(booking, row),
    executorCount: row.executorCount + newPair,
    allocated: row.allocated - work.paid,
  }));
  await bookDays(db, booking);
  const sums = { ...work, allocated: -work.paid, laneCount: newLane, modelCount: newModel };
  await addToNetwork(db, sums, { lastSettledAt: timestamp });
  await addToBuckets(db, timestamp, work);
}

/** Returns 1 if this is the lane's first settlement, else 0; so do the two below for the pair and the model. */
async function bookLane(db: Db, booking: Booking): Promise<number> {
  const { client: clientAddress, executor: executorAddress, lane: number, ...event } = booking.settled;
  const state = { nonce: BigInt(event.nonce), cost: event.laneCost, unpaid: event.unpaid };
  const row = await db
    .insert(lane)
    .values({ clientAddress, executorAddress, number, ...state, ...first(booking) })
    .onConflictDoUpdate((before) => ({ ...next(booking, before), ...state }));
  return Number(row.settlementCount === 1);
}

async function bookChannel(db: Db, booking: Booking, newLane: number): Promise<number> {
  const { client: clientAddress, executor: executorAddress, channelBalance } = booking.settled;
  await seeChannel(db, { clientAddress, executorAddress });
  const row = await db.update(channel, { clientAddress, executorAddress }).set((before) => ({
    ...next(booking, before),
    ...channelAfter(before, channelBalance, unlockingAfter(before.unlocking, channelBalance)),
    laneCount: before.laneCount + newLane,
  }));
  return Number(row.settlementCount === 1);
}

async function bookModel(db: Db, booking: Booking): Promise<number> {
  const { executor: executorAddress, model: modelHash } = booking.settled;
  const offered = await db
    .insert(executorModel)
    .values({ executorAddress, modelHash, ...first(booking) })
    .onConflictDoUpdate((before) => next(booking, before));
  const newExecutor = Number(offered.settlementCount === 1);
  const row = await db
    .insert(model)
    .values({ hash: modelHash, executorCount: newExecutor, ...first(booking) })
    .onConflictDoUpdate((before) => ({
      ...next(booking, before),
      executorCount: before.executorCount + newExecutor,
    }));
  return Number(row.settlementCount === 1);
}

async function bookDays(db: Db, { settled, work, timestamp }: Booking): Promise<void> {
  const { client: clientAddress, executor: executorAddress, model: modelHash } = settled;
  const day = dayOf(timestamp);
  const more = (row: Work) => added(row, work);
  await addToExecutorDay(db, { executorAddress, timestamp }, work);
  await db
    .insert(clientDay)
    .values({ clientAddress, day, ...work })
    .onConflictDoUpdate(more);
  await db
    .insert(modelDay)
    .values({ modelHash, day, ...work })
    .onConflictDoUpdate(more);
}
