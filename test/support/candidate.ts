import { type Address, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { type Candidate, type Chance, chooseExecutor, type Need } from "../../node/src/client/choose/choose.ts";
import { UNKNOWN_HEALTH } from "../../node/src/client/choose/executor-health.ts";
import type { Demands } from "../../node/src/client/choose/reputation.ts";

/** When offers were heard and choices are made, Unix milliseconds. */
export const NOW = 1_800_000_000_000;
/** Address of the executor with this index. */
export const addressOf = (index: number): Address => `0x${index.toString(16).padStart(40, "0")}`;

interface Terms {
  readonly index: number;
  readonly price?: bigint;
  readonly maxContext?: bigint;
  readonly load?: number;
}

/** An offer of the executor with this index, and what is known of it. */
export function candidate(
  { index, price = 100n, maxContext = 4096n, load = 0 }: Terms,
  known: Partial<Candidate> = {},
) {
  const signed: SignedOffer = {
    offer: {
      executor: addressOf(index),
      offerId: 1n,
      model: "tiny",
      weightsHash: ZERO_HASH,
      profileHash: ZERO_HASH,
      inboundPrice: price,
      outboundPrice: price,
      maxContext,
      validUntil: 4_000_000_000n,
    },
    signature: { r: ZERO_HASH, vs: ZERO_HASH },
    multiaddrs: [],
    capacity: 4,
    load,
    sentAt: NOW,
  };
  return {
    ...{ signed, inboundPrice: Number(price), outboundPrice: Number(price) },
    heardAtMs: NOW,
    health: UNKNOWN_HEALTH,
    stake: 100,
    hasCheated: false,
    counted: undefined,
    reputation: undefined,
    vocabulary: undefined,
    inFlight: 0,
    silent: 0,
    ...known,
  } satisfies Candidate;
}

export const NO_DEMANDS: Demands = { minReputation: 0, minStake: 0n };

/** What a question needs that asks for little. */
export const need: Need = {
  inboundTokens: 100n,
  maxOutboundTokens: 100n,
  maxPrice: {},
  tried: new Set(),
  allowUnstaked: false,
  ...NO_DEMANDS,
};
/** It has answered once. */
export const PROVEN = { ...UNKNOWN_HEALTH, answers: 1 };
/** No exploration, and always the first. */
export const chance: Chance = { nowMs: NOW, exploration: 0, random: () => 0 };

/** Index of the chosen one, or why there is none. */
export function choose(candidates: readonly Candidate[], change: Partial<Need> = {}, by: Partial<Chance> = {}) {
  const choice = chooseExecutor(candidates, { ...need, ...change }, { ...chance, ...by });
  return typeof choice === "string" ? choice : Number(choice.signed.offer.executor);
}
