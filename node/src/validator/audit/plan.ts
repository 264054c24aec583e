import type { BorderInput } from "@lloom/protocol/verification/border-input";
import { draw, type Random } from "../canary/draw.ts";
import { drawCanary } from "../canary/draw-canary.ts";
import type { AuditableOffer, AuditQuestion, PlannedAudit } from "./canary-answer.ts";

/** Canaries for one executor in an epoch: for one that has shown nothing, and for the most trusted. */
export const CANARIES = { most: 6, least: 1 } as const;
/** Share of the canaries that are border inputs, where there are some. */
const BORDERS = 0.3;
/** Chain seconds at an epoch's end in which nothing is asked any more: an answer must come before it. */
export const QUIET_SECONDS = 120n;

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
 * The canaries of an epoch, at times that are drawn from what is left of it. Each executor is asked for one of its models, since a
 * report has one row for it: another one each time.
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
    for (let left = canariesFor(trustOf(offer)); left > 0; left--) {
      const askAt = nowSeconds + BigInt(Math.floor(random() * span));
      planned.push({ ...offer, askAt, question: await drawQuestion(planning, offer) });
    }
  }
  return planned;
}

async function drawQuestion({ borderFor, random }: Planning, offer: AuditableOffer): Promise<AuditQuestion> {
  const found = random() < BORDERS ? await borderFor(offer) : undefined;
  if (found === undefined) return { canary: drawCanary(random) };
  return { canary: drawCanary(random, found.question), border: found.border };
}
