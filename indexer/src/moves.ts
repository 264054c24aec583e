import { client, disputeMove, executor } from "ponder:schema";
import type { Hex } from "viem";
import { originOf } from "./origin.ts";
import { addToBuckets, addToNetwork, type Db, seeClient, seeExecutor } from "./totals.ts";

type Move = typeof disputeMove.$inferInsert;

/** Which dispute of which contract. */
export interface DisputeKey {
  readonly judgeAddress: Hex;
  readonly disputeId: Hex;
}

/** An event, and which dispute it is about. */
export interface About {
  readonly origin: ReturnType<typeof originOf>;
  readonly dispute: DisputeKey;
}

/** What events of a dispute have in common. */
export type DisputeEvent = Parameters<typeof originOf>[0] & {
  readonly log: { readonly address: Hex };
  readonly args: { readonly id: Hex };
};

/** Where an event of a dispute contract happened, and which of its disputes it is about. */
export const aboutOf = (event: DisputeEvent): About => ({
  origin: originOf(event),
  dispute: { judgeAddress: event.log.address, disputeId: event.args.id },
});

/** Adds an event to a dispute's timeline. */
export async function noteMove(
  db: Db,
  event: About,
  move: Omit<Move, keyof DisputeKey | keyof ReturnType<typeof originOf>>,
): Promise<void> {
  await db.insert(disputeMove).values({ ...event.origin, ...event.dispute, ...move });
}

/** A deadline as the tables have it: the contracts' zero is none. */
export const deadlineOf = (until: bigint): number | null => (until === 0n ? null : Number(until));

/** A dispute that is opened (1) or over (-1). */
interface OpenChange {
  readonly kind: "delivery" | "measured";
  readonly executorAddress: Hex;
  readonly timestamp: number;
  readonly change: 1 | -1;
}

/** Counts the disputes that there are, and those that are open. */
export async function countOpen(db: Db, { kind, executorAddress, timestamp, change }: OpenChange): Promise<void> {
  const opened = change === 1 ? 1 : 0;
  const sums = kind === "delivery" ? { deliveryDisputeCount: opened } : { measuredDisputeCount: opened };
  await seeExecutor(db, executorAddress, timestamp);
  await db.update(executor, { address: executorAddress }).set((row) => ({
    disputeCount: row.disputeCount + opened,
    openDisputeCount: row.openDisputeCount + change,
  }));
  await addToNetwork(db, { ...sums, openDisputeCount: change });
  if (opened === 1) await addToBuckets(db, timestamp, sums);
}

/** Counts a lost dispute as the escrow's statistics do, which have no event for it. */
export async function countLost(
  db: Db,
  loser: { readonly executorAddress: Hex } | { readonly clientAddress: Hex; readonly timestamp: number },
): Promise<void> {
  if ("executorAddress" in loser) {
    const key = { address: loser.executorAddress };
    await db.update(executor, key).set((row) => ({ disputesLost: row.disputesLost + 1 }));
  } else {
    const key = { address: loser.clientAddress };
    await seeClient(db, loser.clientAddress, loser.timestamp);
    await db.update(client, key).set((row) => ({ disputesLost: row.disputesLost + 1 }));
  }
}
