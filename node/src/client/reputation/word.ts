import type { Address } from "@lloom/protocol/commitment-types";
import { type PlacedEvent, replay } from "@lloom/protocol/reputation/epochs-of";
import { ONE } from "@lloom/protocol/reputation/fixed-point";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import type { Standing } from "@lloom/protocol/reputation/standing";
import type { Reputation } from "../choose/reputation.ts";

/** Everybody's standing at the end of one epoch, as an index says. */
export interface Word {
  readonly epoch: number;
  readonly standings: ReadonlyMap<Address, Standing>;
}

/** The word as the choice of an executor takes it. */
export const reputationsOf = ({ standings }: Word): ReadonlyMap<Address, Reputation> =>
  new Map(
    [...standings].map(([executor, { trust, grade }]) => [executor, { trust: Number(trust) / Number(ONE), grade }]),
  );

/** Where the word is not what the events say. */
export interface Lie {
  readonly executor: Address;
  readonly epoch: number;
  /** Name of the figure; `registered` where one of both knows no such executor. */
  readonly figure: string;
  readonly told: string;
  readonly own: string;
}

/** What the word gets wrong about one executor, all of whose events are given. */
export function lieAbout(
  rules: ReputationRules,
  {
    executor,
    events,
    word,
  }: { readonly executor: Address; readonly events: readonly PlacedEvent[]; readonly word: Word },
): Lie | undefined {
  const { epoch } = word;
  const told = word.standings.get(executor);
  const found = replay(rules, { executor, events }).at(BigInt(epoch));
  if (told === undefined || found === undefined) {
    if (told === undefined && found === undefined) return undefined;
    return {
      executor,
      epoch,
      figure: "registered",
      told: String(told !== undefined),
      own: String(found !== undefined),
    };
  }
  const { block: _, ...own } = found;
  const figure = (Object.keys(own) as (keyof Standing)[]).find((name) => own[name] !== told[name]);
  return figure && { executor, epoch, figure, told: String(told[figure]), own: String(own[figure]) };
}
