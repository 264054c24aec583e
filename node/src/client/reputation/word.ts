import type { Address } from "@lloom/protocol/commitment-types";
import { ONE } from "@lloom/protocol/reputation/fixed-point";
import { isReported, type Standing } from "@lloom/protocol/reputation/standing";
import type { Reputation } from "../choose/reputation.ts";

/** Everybody's standing at the end of one epoch, as an index says. */
export interface Word {
  readonly epoch: number;
  readonly standings: ReadonlyMap<Address, Standing>;
}

/** A standing as the choice of an executor takes it: told by an index, or computed here. */
export const reputationOf = (standing: Standing, from: "told" | "computed"): Reputation => ({
  trust: Number(standing.trust) / Number(ONE),
  grade: standing.grade,
  ...(isReported(standing) && { report: from }),
});

/** Where the word is not what the events say. */
export interface Lie {
  readonly executor: Address;
  readonly epoch: number;
  /** Name of the figure; `registered` where one of both knows no such executor. */
  readonly figure: string;
  readonly told: string;
  readonly own: string;
}

/** What the word gets wrong about an executor, whose own standing at the word's epoch is given; undefined if it has none. */
export function lieAbout({ epoch, standings }: Word, executor: Address, found: Standing | undefined): Lie | undefined {
  const told = standings.get(executor);
  if (told === undefined || found === undefined) {
    if (told === undefined && found === undefined) return undefined;
    const [isTold, isFound] = [told !== undefined, found !== undefined];
    return { executor, epoch, figure: "registered", told: String(isTold), own: String(isFound) };
  }
  const figure = (Object.keys(told) as (keyof Standing)[]).find((name) => found[name] !== told[name]);
  return figure && { executor, epoch, figure, told: String(told[figure]), own: String(found[figure]) };
}
