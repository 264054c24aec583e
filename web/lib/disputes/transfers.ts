import type { DisputeState } from "./words.ts";

/** Money that changes hands, or would. */
export interface Transfer {
  /** What it is: "Pay for the answer", "Penalty". */
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly units: bigint;
  /** Base units of the payment token, or wei. */
  readonly unit: "token" | "ether";
  /** Whether it is the most that it can come to, and not what it does. */
  readonly isLimit?: boolean;
}

/** One of the ways in which a dispute can end. */
export interface Branch {
  readonly state: DisputeState;
  /** When it ends so. */
  readonly when: string;
  readonly transfers: readonly Transfer[];
  /** What else follows: strikes, jail, what is counted. */
  readonly follows: string;
}

/** Shares are parts of so many. */
export const WHOLE = 10_000n;
/** Most of a slash that everybody but the treasury can get. */
const MOST_SHARES = 6_000n;

export const shareOf = (units: bigint, share: bigint): bigint => (units * share) / WHOLE;
export const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other);
export const divideUp = (units: bigint, by: bigint): bigint => (units + by - 1n) / by;

/** What of a slash makes good for pay that had left the escrow, given the sum of the others' shares. */
export const restitutionOf = (taken: bigint, missing: bigint, shares: bigint): bigint =>
  smaller(missing, (taken * (MOST_SHARES - shares)) / (WHOLE - shares));

/** Only what moves. */
export const moving = (transfers: readonly Transfer[]): readonly Transfer[] =>
  transfers.filter(({ units }) => units !== 0n);
