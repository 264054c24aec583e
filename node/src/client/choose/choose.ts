/** Which executor to ask. Pure: time and chance come in as arguments. */
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { featureLacking } from "@lloom/protocol/form/features";
import type { SignedOffer } from "@lloom/protocol/messages";
import { CHOICE, reputationFactor } from "@lloom/protocol/reputation/choice-rule";
import type { PriceLimit, Sort } from "../question.ts";
import { draw, drawByStake } from "./draw.ts";
import type { ExecutorHealth } from "./executor-health.ts";
import { type NoChoice, nearerMiss } from "./no-choice.ts";
import { bestBy } from "./preferred.ts";
import { expectedCost, isTooDear } from "./price.ts";
import { type Demands, isFoundOut, type Reputation } from "./reputation.ts";
import { type CountedPrompts, surplusTokens, usualTemplate } from "./template.ts";
import type { FormCounts } from "./validity.ts";

/** An offer with what the client knows about who made it. */
export interface Candidate {
  readonly signed: SignedOffer;
  /** The offer's prices once more, as numbers that compare fast. */
  readonly inboundPrice: number;
  readonly outboundPrice: number;
  /** How its weights are stored, as its profile says. */
  readonly precision?: string | undefined;
  /** When the client last heard of it, Unix milliseconds. */
  readonly heardAtMs: number;
  readonly health: ExecutorHealth;
  /** What it has to lose, base units; 0 for whoever is no active executor, undefined while the chain has not said. */
  readonly stake: number | undefined;
  /** A jury found it to have cheated its clients lately, or it admitted that; by the chain's word. */
  readonly hasCheated: boolean;
  /** By an index's word or this client's own computing; undefined while there is neither. */
  readonly reputation: Reputation | undefined;
  /** What it has counted of prompts to this model; undefined before its first answer. */
  readonly counted: CountedPrompts | undefined;
  /** How often its answers of this model had the form that was asked for; undefined before the first that had to have one. */
  readonly forms?: FormCounts | undefined;
  /** By which its counts can be checked, as its profile says; undefined for who names none. */
  readonly vocabulary: Hex | undefined;
  /** What its backend can do, as its profile says. */
  readonly features?: readonly string[] | undefined;
  /** False where its model only embeds, as its profile says. */
  readonly conversations?: boolean | undefined;
  /** It shows the log probabilities of what it answers, as its profile says. */
  readonly showsTrace?: boolean;
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
  /** Vectors are asked for, and no answer to a conversation. */
  readonly isOfVectors?: boolean;
  /** What a backend has to be able to do; absent: nothing beside answering. */
  readonly features?: readonly string[];
  /** Nobody else may be asked. */
  readonly only?: Address | undefined;
  /** Chosen by this alone of all that may be asked and are not avoided, whoever has answered before. */
  readonly sort?: Sort | undefined;
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

/** An executor sends its offers every five seconds; one that missed two of them may be gone. */
const FRESH_MS = 10_000;

/** How welcome a candidate is; a lower rank is always preferred, whatever it costs. */
const RANK = { proven: 0, shaken: 2, stranger: 4, failing: 6 } as const;
const [STALE, AVOIDED, NEVER] = [1, 8, 16];

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
 * counts. Avoided ones, and those that were found out by others, come only when nobody else is left, whatever they cost and
 * however often they have answered this client, which sees no weights; those that cheated this client come not at all.
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
  const obstacle = obstacleOf(need);
  const sorted = need.sort && firstBySort(candidates, need.sort, { weigh, obstacle, nowMs });
  if (sorted !== undefined) return sorted;
  const { explorationFactor, nearEqual } = CHOICE;
  const best = findBest(candidates, { rankNow, weigh, obstacle, most: need.tried.size > 0 ? ALL : explorationFactor });
  if (typeof best === "string") return best;
  const byStake = (among: readonly Weighed[]): Candidate => drawByStake(among, random)?.candidate ?? best.candidate;
  if (best.rank === RANK.stranger && need.tried.size > 0) return byStake(best.among);
  if (random() < exploration) {
    const most = best.cost * explorationFactor;
    const strangers = best.rank === RANK.stranger ? [] : strangersBelow(candidates, most, { rankNow, weigh, obstacle });
    if (strangers.length > 0) return byStake(strangers);
    return byStake(best.among.filter(({ cost }) => cost <= most));
  }
  const equals = best.among.filter(({ cost }) => cost <= best.cost * nearEqual).map(({ candidate }) => candidate);
  const checkable = equals.filter((candidate) => need.canCount?.(candidate) === true);
  return lessLoaded(checkable.length > 0 ? checkable : equals, random) ?? best.candidate;
}

/** The first by a question's own order, of those that were heard of lately if there are any. */
function firstBySort(
  candidates: readonly Candidate[],
  sort: Sort,
  { weigh, obstacle, nowMs }: Pick<Judging, "weigh" | "obstacle"> & Pick<Chance, "nowMs">,
): Candidate | undefined {
  const able = candidates.filter(
    (candidate) =>
      candidate.health.avoidUntilMs <= nowMs && !isFoundOut(candidate) && obstacle(candidate) === undefined,
  );
  const fresh = able.filter(({ heardAtMs }) => nowMs - heardAtMs < FRESH_MS);
  return bestBy(fresh.length > 0 ? fresh : able, sort, weigh);
}

/** A factor of the best one's cost that leaves nobody out. */
const ALL = Number.POSITIVE_INFINITY;

class Weighed {
  readonly candidate: Candidate;
  readonly cost: number;

  constructor(candidate: Candidate, cost: number) {
    this.candidate = candidate;
    this.cost = cost;
  }

  /** What a stranger's chance is drawn by: its stake, by as much more or less as its reputation makes it cheaper or dearer. */
  get stake(): number {
    const { stake, reputation, health } = this.candidate;
    return (stake ?? 0) / reputationFactor(reputation, health.answers);
  }
}

interface Best {
  readonly candidate: Candidate;
  readonly cost: number;
  readonly rank: number;
  /** Those of the same rank, itself among them, that cost at most so many times what it costs; a few more may be there. */
  readonly among: readonly Weighed[];
}

interface Judging {
  readonly rankNow: (candidate: Candidate) => number;
  readonly weigh: (candidate: Candidate) => number;
  readonly obstacle: (candidate: Candidate) => NoChoice | undefined;
  readonly most: number;
}

/** One pass: there may be ten thousand, of which most are neither weighed nor kept once a better rank was seen. */
function findBest(candidates: readonly Candidate[], { rankNow, weigh, obstacle, most }: Judging): Best | NoChoice {
  let best: Weighed | undefined;
  let bestRank = NEVER;
  let among: Weighed[] = [];
  let nothing: NoChoice = "none";
  for (const candidate of candidates) {
    const rank = rankNow(candidate);
    if (best !== undefined && rank > bestRank) continue;
    const inTheWay = obstacle(candidate) ?? (rank >= NEVER ? "tried" : undefined);
    if (inTheWay !== undefined) {
      nothing = nearerMiss(nothing, inTheWay);
      continue;
    }
    const cost = weigh(candidate);
    if (rank < bestRank) {
      best = undefined;
      among = [];
    }
    bestRank = rank;
    if (best !== undefined && cost > best.cost * most) continue;
    const weighed = new Weighed(candidate, cost);
    if (best === undefined || cost < best.cost) best = weighed;
    among.push(weighed);
  }
  return best === undefined ? nothing : { candidate: best.candidate, cost: best.cost, rank: bestRank, among };
}

/** Strangers that cost at most so much. */
function strangersBelow(
  candidates: readonly Candidate[],
  most: number,
  { rankNow, weigh, obstacle }: Omit<Judging, "most">,
): Weighed[] {
  const found: Weighed[] = [];
  for (const candidate of candidates) {
    if (rankNow(candidate) !== RANK.stranger) continue;
    const cost = weigh(candidate);
    if (cost <= most && obstacle(candidate) === undefined) found.push(new Weighed(candidate, cost));
  }
  return found;
}

/** Why a candidate is none for what is needed, if it is none. */
function obstacleOf(need: Need): (candidate: Candidate) => NoChoice | undefined {
  const { maxPrice, maxOutboundTokens, only, tried, allowUnstaked, minReputation, features = [] } = need;
  const minStake = Number(need.minStake);
  return (candidate) => {
    const { stake } = candidate;
    if (only !== undefined && candidate.signed.offer.executor !== only) return "none";
    // Whoever has answered before is asked also while the chain says nothing of its stake.
    if (!allowUnstaked && stake === undefined && !isProven(candidate)) return "unread";
    if (!allowUnstaked && stake === 0) return "unstaked";
    if ((stake ?? 0) < minStake) return stake === undefined ? "unread" : "stake";
    if (minReputation > 0 && (candidate.reputation?.trust ?? 0) < minReputation) return "reputation";
    const { offer } = candidate.signed;
    if (isTooDear(offer, maxPrice)) return "price";
    if (offer.maxContext <= maxOutboundTokens) return "context";
    if (need.isOfVectors !== true && candidate.conversations === false) return "embedder";
    if (features.length > 0 && featureLacking(features, candidate.features) !== undefined) return "features";
    return tried.size > 0 && tried.has(offer.executor) ? "tried" : undefined;
  };
}

function rankOf(candidate: Candidate, { nowMs, usual }: { readonly nowMs: number; readonly usual: number }): number {
  const { health, heardAtMs } = candidate;
  const isClean = health.failures === 0;
  const isTrusted = isProven(candidate) && surplusTokens(candidate.counted, usual) === 0;
  const known = isTrusted ? (isClean ? RANK.proven : RANK.shaken) : isClean ? RANK.stranger : RANK.failing;
  const rank = nowMs - heardAtMs < FRESH_MS ? known : known + STALE;
  if (health.avoidUntilMs <= nowMs) return rank + (isFoundOut(candidate) ? AVOIDED : 0);
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
