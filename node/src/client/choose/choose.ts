/** Which executor to ask. Pure: time and chance come in as arguments. */
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import type { PriceLimit } from "../question.ts";
import { draw, drawByStake } from "./draw.ts";
import type { ExecutorHealth } from "./executor-health.ts";
import { EXPLORATION_FACTOR, expectedCost, isTooDear, NEAR_EQUAL } from "./price.ts";
import { type Demands, type Reputation, reputationFactor } from "./reputation.ts";
import { type CountedPrompts, surplusTokens, usualTemplate } from "./template.ts";

/** An offer with what the client knows about who made it. */
export interface Candidate {
  readonly signed: SignedOffer;
  /** The offer's prices once more, as numbers that compare fast. */
  readonly inboundPrice: number;
  readonly outboundPrice: number;
  /** When the client last heard of it, Unix milliseconds. */
  readonly heardAtMs: number;
  readonly health: ExecutorHealth;
  /** What it has to lose, base units; 0 for whoever is no active executor, undefined while the chain has not said. */
  readonly stake: number | undefined;
  /** A jury found it to have cheated its clients lately, or it admitted that; by the chain's word. */
  readonly hasCheated: boolean;
  /** What an index says of it; undefined while none has, or none is asked. */
  readonly reputation: Reputation | undefined;
  /** What it has counted of prompts to this model; undefined before its first answer. */
  readonly counted: CountedPrompts | undefined;
  /** By which its counts can be checked, as its profile says; undefined for who names none. */
  readonly vocabulary: Hex | undefined;
  /** Own requests that it is answering now. */
  readonly inFlight: number;
  /** Of these, the ones that have not shown a first text. */
  readonly silent: number;
}

/** What the question needs. */
export interface Need extends Demands {
  /** Estimate of the prompt, tokens. */
  readonly inboundTokens: bigint;
  readonly maxOutboundTokens: bigint;
  readonly maxPrice: PriceLimit;
  /** Nobody else may be asked. */
  readonly only?: Address | undefined;
  /** Already tried for this question. */
  readonly tried: ReadonlySet<Address>;
  /** Whether executors may be asked that have nothing at stake. */
  readonly allowUnstaked: boolean;
  /** Whether this client can check what an executor counts; absent: nobody's. */
  readonly canCount?: ((candidate: Candidate) => boolean) | undefined;
}

/** When the choice is made, and its chance. */
export interface Chance {
  readonly nowMs: number;
  /** Share of choices that explore, from 0 to 1. */
  readonly exploration: number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/**
 * Why no candidate is left: nobody offers it, none has a stake, of none the stake could be read, none has the stake or the
 * reputation that is asked for, all are too dear, all have too small a context, all were tried.
 */
export type NoChoice = "none" | "unstaked" | "unread" | "stake" | "reputation" | "price" | "context" | "tried";

/** An executor sends its offers every few seconds; one not heard of for this long may be gone. */
const FRESH_MS = 15_000;

/** How welcome a candidate is; a lower rank is always preferred, whatever it costs. */
const RANK = { proven: 0, shaken: 2, stranger: 4, failing: 6 } as const;
const STALE = 1;
const AVOIDED = 8;
const NEVER = 16;

/** Whether it has shown this client that it answers. */
export const isProven = ({ health }: Pick<Candidate, "health">): boolean => health.answers > 0;

/** Right answers after which the text of a stream is passed on as it comes. */
const SHOWN_AFTER = 3;

/** Whether it has answered this client so often, without a failure since, that a stream may rest on it. */
export const isKnownWell = ({ health }: Pick<Candidate, "health">): boolean =>
  health.answers >= SHOWN_AFTER && health.failures === 0;

/**
 * Stake and own experience come before price. Whoever has answered this client before is asked first, of those the cheapest:
 * the expected cost is divided by the success rate, squared; among near-equal ones those go first whose counts this client can
 * check, and of two that are drawn the less loaded is taken. A small share of questions goes to strangers that are not much
 * dearer, so that new executors get known. A reputation makes an executor count as cheaper or dearer, the less the more it has
 * answered this client (`reputation.ts`).
 *
 * While nobody is proven, the first try goes to the cheapest stranger, and every other one to strangers drawn by their stake:
 * who lures with a price gets one try per question and no more, and a thousand keys get no more tries than their stake is
 * worth. Whoever counts far more than others for the same model's template is no better than a stranger, and as dear as it
 * counts. Avoided ones, and those that the chain has found to cheat others, come only when nobody else is left, those that
 * cheated this client not at all.
 *
 * Stakes, too, are compared as floating-point numbers: they rank, they are never paid.
 */
export function chooseExecutor(
  candidates: readonly Candidate[],
  need: Need,
  { nowMs, exploration, random }: Chance,
): Candidate | NoChoice {
  const usual = usualTemplate(candidates);
  const rankNow = (candidate: Candidate): number => rankOf(candidate, { nowMs, usual });
  const cost = expectedCost(need);
  const weigh = (candidate: Candidate): number => cost(candidate, surplusTokens(candidate.counted, usual));
  const best = findBest(candidates, need, { rankNow, weigh });
  if (typeof best === "string") return best;
  const ofRank = (wanted: number, most: number): Candidate[] =>
    candidates.filter(
      (candidate) =>
        rankNow(candidate) === wanted && obstacleOf(candidate, need) === undefined && weigh(candidate) <= most,
    );
  const byStake = (among: Candidate[]): Candidate =>
    drawByStake(
      among.map((candidate) => ({ candidate, stake: weightOf(candidate), cost: weigh(candidate) })),
      random,
    )?.candidate ?? best.candidate;
  if (best.rank === RANK.stranger && need.tried.size > 0) return byStake(ofRank(best.rank, Number.POSITIVE_INFINITY));
  if (random() < exploration) {
    const strangers = ofRank(RANK.stranger, best.cost * EXPLORATION_FACTOR);
    const others = strangers.length > 0 ? strangers : ofRank(best.rank, best.cost * EXPLORATION_FACTOR);
    return byStake(others);
  }
  const equals = ofRank(best.rank, best.cost * NEAR_EQUAL);
  const checkable = equals.filter((candidate) => need.canCount?.(candidate) === true);
  return lessLoaded(checkable.length > 0 ? checkable : equals, random) ?? best.candidate;
}

interface Ranked {
  readonly candidate: Candidate;
  readonly rank: number;
  readonly cost: number;
}

/** One pass that keeps nothing but the best: there may be thousands. */
function findBest(
  candidates: readonly Candidate[],
  need: Need,
  { rankNow, weigh }: Record<"rankNow" | "weigh", (candidate: Candidate) => number>,
): Ranked | NoChoice {
  let best: Ranked | undefined;
  let nothing: NoChoice = "none";
  for (const candidate of candidates) {
    const rank = rankNow(candidate);
    const obstacle = obstacleOf(candidate, need) ?? (rank >= NEVER ? "tried" : undefined);
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

/** What a stranger's chance is drawn by: its stake, by as much more or less as its reputation makes it cheaper or dearer. */
const weightOf = ({ stake, reputation, health }: Candidate): number =>
  (stake ?? 0) / reputationFactor(reputation, health.answers);

function obstacleOf(candidate: Candidate, need: Need): NoChoice | undefined {
  const { offer } = candidate.signed;
  const { maxPrice, maxOutboundTokens, only, tried, allowUnstaked, minStake, minReputation } = need;
  if (only !== undefined && offer.executor !== only) return "none";
  // Whoever has answered before is asked also while the chain says nothing of its stake.
  if (!allowUnstaked && candidate.stake === undefined && !isProven(candidate)) return "unread";
  if (!allowUnstaked && candidate.stake === 0) return "unstaked";
  if ((candidate.stake ?? 0) < Number(minStake)) return candidate.stake === undefined ? "unread" : "stake";
  if ((candidate.reputation?.trust ?? 0) < minReputation) return "reputation";
  if (isTooDear(offer, maxPrice)) return "price";
  if (offer.maxContext <= maxOutboundTokens) return "context";
  return tried.has(offer.executor) ? "tried" : undefined;
}

/** Of several reasons the one that came closest to a choice is told. */
const NEARNESS: readonly NoChoice[] = [
  "none",
  "unstaked",
  "unread",
  "stake",
  "reputation",
  "price",
  "context",
  "tried",
];
const nearerMiss = (a: NoChoice, b: NoChoice): NoChoice => (NEARNESS.indexOf(a) >= NEARNESS.indexOf(b) ? a : b);

function rankOf(candidate: Candidate, { nowMs, usual }: { readonly nowMs: number; readonly usual: number }): number {
  const { health, heardAtMs, counted, hasCheated } = candidate;
  const isClean = health.failures === 0;
  const isTrusted = isProven(candidate) && surplusTokens(counted, usual) === 0;
  const known = isTrusted ? (isClean ? RANK.proven : RANK.shaken) : isClean ? RANK.stranger : RANK.failing;
  const rank = nowMs - heardAtMs < FRESH_MS ? known : known + STALE;
  if (health.avoidUntilMs <= nowMs) return rank + (hasCheated ? AVOIDED : 0);
  return rank + (health.distrusted ? NEVER : AVOIDED);
}

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
  (signed.load + inFlight + 1) / Math.max(signed.capacity, 1) + (health.firstToken?.meanMs ?? 0) / 10_000;
