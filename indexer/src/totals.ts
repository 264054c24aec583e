import type { Context } from "ponder:registry";
import { channel, client, executor, executorDay, network, networkDay, networkHour } from "ponder:schema";
import type { Hex } from "viem";
import { added, dayOf, hourOf } from "./rollups.ts";

export type Db = Context["db"];

/** Id of the one row of totals. */
export const NETWORK_ID = "lloom";

/** The columns of a row that can be added to. */
type SumsOf<Row, Key extends keyof Row> = {
  readonly [Column in Exclude<keyof Row, Key> as Row[Column] extends number | bigint ? Column : never]?: Row[Column];
};
type NetworkSums = SumsOf<typeof network.$inferSelect, "chainId" | "tokenDecimals">;
type BucketSums = SumsOf<typeof networkDay.$inferSelect, "day">;
type ExecutorDaySums = SumsOf<typeof executorDay.$inferSelect, "executorAddress" | "day">;

/** Adds to the network's totals, and writes what is no sum. The row is there: the setup function makes it before the first event. */
export async function addToNetwork(
  db: Db,
  more: NetworkSums,
  also: { readonly lastSettledAt?: number } = {},
): Promise<void> {
  await db.update(network, { id: NETWORK_ID }).set((row) => ({ ...added(row, more), ...also }));
}

/** Adds to the network's day and hour. */
export async function addToBuckets(db: Db, timestamp: number, more: BucketSums): Promise<void> {
  const [day, hour] = [dayOf(timestamp), hourOf(timestamp)];
  await db
    .insert(networkDay)
    .values({ day, ...more })
    .onConflictDoUpdate((row) => added(row, more));
  await db
    .insert(networkHour)
    .values({ hour, ...more })
    .onConflictDoUpdate((row) => added(row, more));
}

/** Adds to an executor's day. */
export async function addToExecutorDay(
  db: Db,
  { executorAddress, timestamp }: { executorAddress: Hex; timestamp: number },
  more: ExecutorDaySums,
): Promise<void> {
  await db
    .insert(executorDay)
    .values({ executorAddress, day: dayOf(timestamp), ...more })
    .onConflictDoUpdate((row) => added(row, more));
}

/** Makes an executor's row, and counts it, when it is seen for the first time: paid, registered or judged. */
export async function seeExecutor(db: Db, address: Hex, timestamp: number): Promise<void> {
  const made = await db
    .insert(executor)
    .values({ address, operator: address, firstSeenAt: timestamp })
    .onConflictDoNothing();
  if (made === null) return;
  await addToNetwork(db, { executorCount: 1 });
  await addToBuckets(db, timestamp, { newExecutors: 1 });
}

/** Makes a client's row, and counts it, when it is seen for the first time. */
export async function seeClient(db: Db, address: Hex, timestamp: number): Promise<void> {
  const made = await db.insert(client).values({ address, firstSeenAt: timestamp }).onConflictDoNothing();
  if (made === null) return;
  await addToNetwork(db, { clientCount: 1 });
  await addToBuckets(db, timestamp, { newClients: 1 });
}

/** Makes a channel's row, and counts it, when it is seen for the first time. */
export async function seeChannel(db: Db, pair: { clientAddress: Hex; executorAddress: Hex }): Promise<void> {
  const made = await db.insert(channel).values(pair).onConflictDoNothing();
  if (made !== null) await addToNetwork(db, { channelCount: 1 });
}
