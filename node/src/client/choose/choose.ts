/** Which executor to ask. Pure: time and chance come in as arguments. */
import type { Address } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import type { ExecutorHealth } from "./executor-health.ts";

/** An offer with what the client knows about who made it. */
export interface Candidate {
  readonly signed: SignedOffer;
  /** The offer's prices once more, as numbers that compare fast. */
  readonly inboundPrice: number;
  readonly outboundPrice: number;
  /** When the client last heard of it, Unix milliseconds. */
  readonly heardAtMs: number;
  readonly health: ExecutorHealth;
  /** Own requests that it is answering now. */
  readonly inFlight: number;
}

/** What the question needs. */
export interface Need {
  /** Estimate of the prompt, tokens. */
  readonly inboundTokens: bigint;
  readonly maxOutboundTokens: bigint;
  readonly maxPrice: { readonly inbound?: bigint | undefined; readonly outbound?: bigint | undefined };
  /** Already tried for this question. */
  readonly tried: ReadonlySet<Address>;
}

/** When the choice is made, and its chance. */
export interface Chance {
  readonly nowMs: number;
  /** Share of choices that explore, from 0 to 1. */
  readonly exploration: number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** Why no candidate is left: nobody offers it, all were tried, all are too dear, all have too small a context. */
export type NoChoice = "none" | "tried" | "price" | "context";

/** Costs up to this factor of the best count as equal. */
const NEAR_EQUAL = 1.05;
/** Exploring may cost this factor of the best. */
const EXPLORATION_FACTOR = 1.5;
const LEAST_SUCCESS = 0.05;
/** An executor sends its offers every few seconds; one not heard of for this long may be gone. */
const FRESH_MS = 15_000;

/** How welcome a candidate is; a lower rank is always preferred. */
const RANK = { fresh: 0, stale: 1, avoided: 2, never: 3 } as const;
type Rank = (typeof RANK)[keyof typeof RANK];

/**
 * The cheapest wins, unless it has been failing: the expected cost is divided by the success rate, squared. Among near-equal
 * ones two are drawn and the less loaded taken; a small share of questions goes to any that is not much dearer, so that new
 * executors get known. Avoided ones come only when nobody else is left, those that cheated not at all.
 *
 * Costs are compared as floating-point numbers: they rank, they are never paid.
 */
export function chooseExecutor(
  candidates: readonly Candidate[],
  need: Need,
  { nowMs, exploration, random }: Chance,
): Candidate | NoChoice {
  const best = findBest(candidates, need, nowMs);
  if (typeof best === "string") return best;
  const factor = random() < exploration ? EXPLORATION_FACTOR : NEAR_EQUAL;
  const weigh = weigher(need);
  const close = candidates.filter(
    (candidate) =>
      weigh(candidate) <= best.cost * factor &&
      rankOf(candidate, nowMs) === best.rank &&
      obstacleOf(candidate, need) === undefined,
  );
  const choice = factor === EXPLORATION_FACTOR ? draw(close, random) : lessLoaded(close, random);
  return choice ?? best.candidate;
}

interface Ranked {
  readonly candidate: Candidate;
  readonly rank: Rank;
  readonly cost: number;
}

/** One pass that keeps nothing but the best: there may be ten thousand. */
function findBest(candidates: readonly Candidate[], need: Need, nowMs: number): Ranked | NoChoice {
  const weigh = weigher(need);
  let best: Ranked | undefined;
  let nothing: NoChoice = "none";
  for (const candidate of candidates) {
    const rank = rankOf(candidate, nowMs);
    const obstacle = obstacleOf(candidate, need) ?? (rank === RANK.never ? "tried" : undefined);
    if (obstacle !== undefined) {
      nothing = nearerMiss(nothing, obstacle);
      continue;
    }
    if (best !== undefined && rank > best.rank) continue;
    const cost = weigh(candidate);
    if (best === undefined || rank < best.rank || cost < best.cost) best = { candidate, rank, cost };
  }
  return best ?? nothing;
}

function obstacleOf(
  { signed: { offer } }: Candidate,
  { maxPrice, maxOutboundTokens, tried }: Need,
): NoChoice | undefined {
  if (maxPrice.inbound !== undefined && offer.inboundPrice > maxPrice.inbound) return "price";
  if (maxPrice.outbound !== undefined && offer.outboundPrice > maxPrice.outbound) return "price";
  if (offer.maxContext <= maxOutboundTokens) return "context";
  return tried.has(offer.executor) ? "tried" : undefined;
}

/** Of several reasons the one that came closest to a choice is told. */
const NEARNESS: readonly NoChoice[] = ["none", "price", "context", "tried"];
const nearerMiss = (a: NoChoice, b: NoChoice): NoChoice => (NEARNESS.indexOf(a) >= NEARNESS.indexOf(b) ? a : b);

function rankOf({ health, heardAtMs }: Candidate, nowMs: number): Rank {
  if (health.avoidUntilMs > nowMs) return health.distrusted ? RANK.never : RANK.avoided;
  return nowMs - heardAtMs < FRESH_MS ? RANK.fresh : RANK.stale;
}

/** What a candidate costs, at least a little above zero, so that free offers still compare by success. */
function weigher({ inboundTokens, maxOutboundTokens }: Need): (candidate: Candidate) => number {
  const [inbound, outbound] = [Number(inboundTokens), Number(maxOutboundTokens)];
  return ({ inboundPrice, outboundPrice, health }) =>
    (inbound * inboundPrice + outbound * outboundPrice + 1) / Math.max(health.success, LEAST_SUCCESS) ** 2;
}

const draw = <T>(items: readonly T[], random: () => number): T | undefined =>
  items[Math.min(Math.floor(random() * items.length), items.length - 1)];

/** Power of two choices. */
function lessLoaded(candidates: readonly Candidate[], random: () => number): Candidate | undefined {
  const first = draw(candidates, random);
  if (first === undefined) return undefined;
  const others = candidates.filter((candidate) => candidate !== first);
  const second = draw(others, random);
  return second !== undefined && burden(second) < burden(first) ? second : first;
}

/** Share of its capacity in use, and how long its first token takes, as far as known. */
const burden = ({ signed, inFlight, health }: Candidate): number =>
  (signed.load + inFlight + 1) / Math.max(signed.capacity, 1) + (health.firstTokenMs ?? 0) / 10_000;
