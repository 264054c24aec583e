import type { BorderInput } from "@lloom/protocol/verification/border-input";
import { draw, type Random } from "../canary/draw.ts";
import { canaryOf, drawHabits, type Habits } from "../canary/draw-canary.ts";
import { drawQuestion } from "../canary/questions.ts";
import { visitTimes } from "../canary/visit-times.ts";
import type { AuditableOffer, AuditQuestion, PlannedAudit } from "./canary-answer.ts";

/** Canaries for one executor in an epoch: for one that has shown nothing, and for the most trusted. */
export const CANARIES = { most: 6, least: 1 } as const;
/** Share of the canaries that are border inputs, among those of clients that ask in such a way: where there are some. */
const BORDERS = 0.6;
/**
 * Chain seconds at an epoch's end in which nothing is asked any more: about as long as a look at what is due may take. An answer may come
 * after the end, since reports wait for it. A longer pause would be a mark: who asked in it would be no validator for sure.
 */
export const QUIET_SECONDS = 10n;

/** How many canaries an executor gets: fewer the more it is trusted (0 to 1), never none. */
export function canariesFor(trust: number | undefined): number {
  const doubt = 1 - Math.min(1, Math.max(0, trust ?? 0));
  return Math.max(CANARIES.least, Math.round(CANARIES.most * doubt));
}

/** A question at a border, found before. */
export interface BorderQuestion {
  readonly question: string;
  readonly border: BorderInput;
}

export interface Planning {
  /** All that the assigned executors offer. */
  readonly offers: readonly AuditableOffer[];
  readonly trustOf: (offer: AuditableOffer) => number | undefined;
  /** A border input for these weights, if one could be found. */
  readonly borderFor: (offer: AuditableOffer) => Promise<BorderQuestion | undefined>;
  /** Chain seconds: the epoch's end, and now. */
  readonly endSeconds: bigint;
  readonly nowSeconds: bigint;
  readonly random: Random;
}

/**
 * The canaries of an epoch. Each executor is visited once, as by a client: its questions come in a row, with the same settings. It is
 * asked for one of its models, since a report has one row for it: another one each time.
 */
export async function planCanaries(planning: Planning): Promise<PlannedAudit[]> {
  const { offers, trustOf, endSeconds, nowSeconds, random } = planning;
  const span = Number(endSeconds - QUIET_SECONDS - nowSeconds);
  if (span <= 0) return [];
  const planned: PlannedAudit[] = [];
  for (const executor of new Set(offers.map((offer) => offer.executor))) {
    const [first, ...others] = offers.filter((offer) => offer.executor === executor);
    if (first === undefined) continue;
    const offer = draw([first, ...others], random);
    const habits = drawHabits(random);
    for (const time of visitTimes(canariesFor(trustOf(offer)), span, random)) {
      const askAt = nowSeconds + BigInt(Math.floor(time));
      planned.push({ ...offer, askAt, question: await auditQuestion(planning, offer, habits) });
    }
  }
  return planned;
}

/** A border input decides by the likeliest token of the question alone: only such clients ask it, so that their settings tell nothing. */
async function auditQuestion(
  { borderFor, random }: Planning,
  offer: AuditableOffer,
  habits: Habits,
): Promise<AuditQuestion> {
  const mayBeBorder = habits.sampling.temperatureMilli === 0 && habits.system === undefined;
  const found = mayBeBorder && random() < BORDERS ? await borderFor(offer) : undefined;
  if (found === undefined) return { canary: canaryOf(habits, drawQuestion(random)) };
  return { canary: canaryOf(habits, found.question), border: found.border };
}
