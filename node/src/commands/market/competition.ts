/** Where an executor stands among the offers of a model, as clients choose. Pure. */

import type { Address, ModelOffer } from "@lloom/protocol/commitment-types";
import { CHOICE } from "@lloom/protocol/reputation/choice-rule";
import { expectedCost } from "../../client/choose/price.ts";

/** An offer with what decides whether it is bought by somebody who knows nobody. */
export interface Competitor {
  readonly offer: Pick<ModelOffer, "executor" | "model" | "inboundPrice" | "outboundPrice" | "maxContext">;
  /** At stake as an active executor; 0 for none. */
  readonly stake: bigint;
  readonly hasCheated: boolean;
  readonly load: number;
  readonly capacity: number;
}

/** Tokens of a question that clients might ask. */
export interface UsualQuestion {
  readonly inboundTokens: bigint;
  readonly maxOutboundTokens: bigint;
}

/** A word, a page, a document: prices, contexts and their proportion decide differently. */
export const USUAL_QUESTIONS: readonly UsualQuestion[] = [
  { inboundTokens: 50n, maxOutboundTokens: 200n },
  { inboundTokens: 1_000n, maxOutboundTokens: 500n },
  { inboundTokens: 6_000n, maxOutboundTokens: 1_000n },
];

/** What an executor loses a question by: it may not be asked at all, or others come first. */
export type Losing = "stake" | "verdict" | "context" | "price" | "load";

/** Where an executor stands with one model. */
export interface ModelStanding {
  readonly model: string;
  readonly offers: number;
  /** Of the usual questions, those for which it may be asked, and those for which nobody comes before it. */
  readonly eligible: number;
  readonly first: number;
  readonly questions: number;
  /** Questions that were lost, by why. */
  readonly lost: Readonly<Partial<Record<Losing, number>>>;
  /** Place by price among those that may be asked, for the longest question for which it may be; undefined for who may not be asked. */
  readonly rank: number | undefined;
  /** Prices for 1 000 000 tokens that would bring it one place forward; undefined for the first. */
  readonly next: { readonly inboundPrice: bigint; readonly outboundPrice: bigint } | undefined;
}

/** The standing of an executor with each model that it offers, by what its offers and those of others say. */
export function standingsOf(executor: Address, competitors: readonly Competitor[]): readonly ModelStanding[] {
  const byModel = Map.groupBy(competitors, ({ offer }) => offer.model);
  return [...byModel].flatMap(([model, among]) => {
    const own = among.find(({ offer }) => offer.executor === executor);
    return own === undefined ? [] : [standingOf(model, own, among)];
  });
}

function standingOf(model: string, own: Competitor, among: readonly Competitor[]): ModelStanding {
  const reasons = USUAL_QUESTIONS.map((question) => losingOf(own, among, question));
  const lost: Partial<Record<Losing, number>> = {};
  for (const reason of reasons) if (reason !== undefined) lost[reason] = (lost[reason] ?? 0) + 1;
  return {
    ...{ model, offers: among.length, questions: USUAL_QUESTIONS.length, lost },
    eligible: USUAL_QUESTIONS.filter((question) => obstacleOf(own, question) === undefined).length,
    first: reasons.filter((reason) => reason === undefined).length,
    ...placeOf(own, among),
  };
}

function obstacleOf({ offer, stake, hasCheated }: Competitor, question: UsualQuestion): Losing | undefined {
  if (stake === 0n) return "stake";
  if (hasCheated) return "verdict";
  return offer.maxContext <= question.maxOutboundTokens + question.inboundTokens ? "context" : undefined;
}

/** What a client that knows nobody is expected to pay. */
const costOf = ({ offer }: Pick<Competitor, "offer">, question: UsualQuestion): number =>
  expectedCost(question)({
    inboundPrice: Number(offer.inboundPrice),
    outboundPrice: Number(offer.outboundPrice),
    health: { success: 1, answers: 0 },
    reputation: undefined,
  });

/** Near-equal prices count as equal; then the less loaded one is asked. */
function losingOf(own: Competitor, among: readonly Competitor[], question: UsualQuestion): Losing | undefined {
  const obstacle = obstacleOf(own, question);
  if (obstacle !== undefined) return obstacle;
  const rivals = among.filter((one) => one !== own && obstacleOf(one, question) === undefined);
  const cost = costOf(own, question);
  const cheapest = Math.min(cost, ...rivals.map((rival) => costOf(rival, question)));
  if (cost > cheapest * CHOICE.nearEqual) return "price";
  const equals = rivals.filter((rival) => costOf(rival, question) <= cheapest * CHOICE.nearEqual);
  return equals.some((rival) => burdenOf(rival) < burdenOf(own)) ? "load" : undefined;
}

const burdenOf = ({ load, capacity }: Competitor): number => load / Math.max(capacity, 1);

/** A price counts as lower from one part in so many on. */
const STEPS = 1_000_000n;

function placeOf(own: Competitor, among: readonly Competitor[]): Pick<ModelStanding, "rank" | "next"> {
  const question = USUAL_QUESTIONS.findLast((one) => obstacleOf(own, one) === undefined);
  if (question === undefined) return { rank: undefined, next: undefined };
  const cost = costOf(own, question);
  const cheaper = among
    .filter((rival) => rival !== own && obstacleOf(rival, question) === undefined)
    .map((rival) => costOf(rival, question))
    .filter((other) => other < cost)
    .sort((a, b) => b - a);
  const [nearest] = cheaper;
  const rank = cheaper.length + 1;
  if (nearest === undefined) return { rank, next: undefined };
  // Just below, and never above what is asked now.
  const share = BigInt(Math.max(0, Math.floor((nearest / cost) * Number(STEPS)) - 1));
  const less = (price: bigint): bigint => (price * share) / STEPS;
  return { rank, next: { inboundPrice: less(own.offer.inboundPrice), outboundPrice: less(own.offer.outboundPrice) } };
}
