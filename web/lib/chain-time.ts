import { cache } from "react";
import { nowSeconds } from "./clock.ts";

/*
 * The chain's clock, for one request: the time of the newest block that the index has. Deadlines of contracts are by that
 * clock and no other, so pages about disputes measure everything from it. It comes along with every answer, as the token does.
 */

interface Slot {
  seconds: number | undefined;
}

const slot = cache((): Slot => ({ seconds: undefined }));

/** Keeps the time that came with an answer for the rest of this request. */
export function rememberChainTime(seconds: number | undefined): void {
  slot().seconds = seconds ?? slot().seconds;
}

/** Time of the newest indexed block, once anything was read in this request; this machine's before. */
export const chainNow = (): number => slot().seconds ?? nowSeconds();

/** A clock by which everything that happened lies in the past: the chain's or this machine's, whichever is ahead. */
export const laterNow = (): number => Math.max(chainNow(), nowSeconds());
