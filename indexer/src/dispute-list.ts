import { dispute } from "ponder:schema";
import type { About } from "./moves.ts";
import type { Db } from "./totals.ts";

type Row = typeof dispute.$inferInsert;

/** Later than any time in seconds. */
const FAR = 10n ** 10n;

/** Where a dispute stands among all, see `dispute.place`. */
const placeOf = ({ until, closedAt }: { readonly until: number | null; readonly closedAt: number | null }): bigint => {
  if (closedAt !== null) return BigInt(closedAt);
  return until === null ? FAR : 2n * FAR - BigInt(until);
};

/** Puts a dispute on the list. */
export async function listDispute(
  db: Db,
  { origin, dispute: key }: About,
  said: Pick<Row, "offence" | "state" | "executorAddress" | "challenger" | "atStake"> & {
    readonly until: number | null;
  },
): Promise<void> {
  const place = placeOf({ until: said.until, closedAt: null });
  await db.insert(dispute).values({ ...origin, ...key, ...said, place });
}

/** An open dispute came to another state. */
export async function listState(
  db: Db,
  { dispute: key }: About,
  now: Pick<Row, "state"> & { readonly until: number | null },
): Promise<void> {
  await db.update(dispute, key).set({ ...now, place: placeOf({ until: now.until, closedAt: null }) });
}

/** A dispute is over. */
export async function listEnd(db: Db, { origin, dispute: key }: About, state: Row["state"]): Promise<void> {
  const closedAt = origin.timestamp;
  await db.update(dispute, key).set({ state, until: null, closedAt, place: placeOf({ until: null, closedAt }) });
}

/** A fault that was proven at once. */
export async function listFault(
  db: Db,
  about: About,
  said: Pick<Row, "offence" | "executorAddress" | "challenger" | "atStake">,
): Promise<void> {
  await listDispute(db, about, { ...said, state: "PROVEN", until: null });
  await listEnd(db, about, "PROVEN");
}
