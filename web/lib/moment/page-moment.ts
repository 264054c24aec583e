import { cache } from "react";
import type { IndexedHead } from "./indexed-head.ts";

/*
 * Of which moment the figures of one page are. Every answer of the index is of one block and names it; what a page reads
 * in several answers is read again until all of them name the same.
 */

/** A block, and for an answer that was kept, since when the index has been silent. */
export interface Moment extends Pick<IndexedHead, "block" | "timestamp"> {
  readonly silentSince: number | undefined;
}

interface Slot {
  moments: readonly Moment[];
}

const slot = cache((): Slot => ({ moments: [] }));

/** Reads of a page before it says that its figures are of two blocks. */
const MOST_TRIES = 4;

/** Notes the moment of an answer for the page that is being drawn. */
export function rememberMoment(moment: Moment): void {
  slot().moments = [...slot().moments, moment];
}

/** The moments of all that was read for this page, oldest first; more than one if they could not be brought together. */
export function pageMoments(): readonly Moment[] {
  const byBlock = new Map(slot().moments.map((moment) => [moment.block, moment]));
  return [...byBlock.values()].sort((a, b) => a.block - b.block);
}

/** What `read` reads does not count as of the page: none of it is shown. To be awaited by itself. */
export async function besideThePage<T>(read: () => Promise<T>): Promise<T> {
  const before = slot().moments;
  const result = await read();
  slot().moments = before;
  return result;
}

/** What `read` reads, all of it of one block where the chain leaves the time for that. */
export async function atOneMoment<T>(read: () => Promise<T>): Promise<T> {
  const before = slot().moments;
  for (let tries = 1; ; tries++) {
    slot().moments = before;
    const result = await read();
    if (tries === MOST_TRIES || pageMoments().length <= 1) return result;
  }
}
