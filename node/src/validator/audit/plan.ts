import type { Address } from "@lloom/protocol/commitment-types";
import type { BorderInput } from "@lloom/protocol/verification/border-input";
import type { WaitingVisit } from "../../store/validator/audit-log.ts";
import type { Random } from "../canary/draw.ts";
import type { Canary } from "../canary/draw-canary.ts";
import type { VisitSource } from "../canary/visit-source.ts";
import { visitTimes } from "../canary/visit-times.ts";
import type { AuditableOffer, AuditQuestion, PlannedAudit } from "./canary-answer.ts";
import { Commonness, drawOffer } from "./draw-offer.ts";

/** Of a visit in an epoch, to the most trusted. */
const LEAST_CHANCE = 1 / 6;
/** Share of the canaries that are border inputs, among those of clients that ask in such a way: where there are some. */
const BORDERS = 0.6;
/**
 * Chain seconds at an epoch's end in which nothing is asked any more: about as long as a look at what is due may take. An answer may come
 * after the end, since reports wait for it. A longer pause would be a mark: who asked in it would be no validator for sure.
 */
export const QUIET_SECONDS = 10n;

/**
 * When the traces of a visit are asked for first: nobody but auditors asks for them after every answer, so not before the last question that
 * any key asks in the epoch, and at a drawn time, for the whole visit at once.
 */
export const drawTracesAt = (epoch: bigint, epochSeconds: bigint, random: Random): bigint =>
  (epoch + 1n) * epochSeconds + BigInt(Math.floor((Number(epochSeconds) * random()) / 8));

/** From when on it counts what an executor does not show. Until then it is asked again and again: it may be away for a while. */
export const tracesDueAt = (epoch: bigint, epochSeconds: bigint): bigint =>
  (epoch + 1n) * epochSeconds + epochSeconds / 2n;

/** When traces that did not come are asked for again: once more when they are due. */
export function drawTracesAgainAt(
  { epoch, nowSeconds }: { readonly epoch: bigint; readonly nowSeconds: bigint },
  epochSeconds: bigint,
  random: Random,
): bigint {
  const wait = BigInt(Math.ceil((Number(epochSeconds) * (1 + random())) / 32));
  const due = tracesDueAt(epoch, epochSeconds);
  return nowSeconds >= due || nowSeconds + wait < due ? nowSeconds + wait : due;
}

/** When an epoch is reported at the latest, whatever is still open: a report is taken until the next epoch is over. */
export const reportDueAt = (epoch: bigint, epochSeconds: bigint): bigint =>
  (epoch + 1n) * epochSeconds + (epochSeconds * 3n) / 4n;

/**
 * How likely an assigned executor is visited in an epoch: the less the more it is trusted (0 to 1), never not at all. How many
 * questions a visit has does not depend on whom it is paid to: that would tell it from a client's.
 */
export function visitChance(trust: number | undefined): number {
  const doubt = 1 - Math.min(1, Math.max(0, trust ?? 0));
  return Math.max(LEAST_CHANCE, doubt);
}

/**
 * How long the traces of a visit wait for its key to come back, chain seconds: after them a complaint has to be opened, which takes answers
 * of seven days.
 */
export const WAIT_SECONDS = 5n * 24n * 3600n;
/** Share of the visits to the trusted whose key comes back, and of its next visits: they report nothing. */
const MOST_WAITING = 1 / 4;

/**
 * How likely a visit says nothing before its key has come back. Whoever is new or not trusted is judged at once: who cheats only those that
 * come back has to be trusted by then.
 */
export const waitChance = (trust: number | undefined): number => Math.min(MOST_WAITING, Math.max(0, trust ?? 0));

/** A question at a border, found before. */
export interface BorderQuestion {
  readonly question: string;
  readonly border: BorderInput;
}

export interface Planning {
  /** All that the assigned executors offer. */
  readonly offers: readonly AuditableOffer[];
  /** Of all that anybody offers; absent: of `offers`. */
  readonly common?: Commonness;
  readonly trustOf: (offer: AuditableOffer) => number | undefined;
  /** The latest visit that waits for its key to come back to an executor; absent: there is none. */
  readonly waitingOf?: (executor: Address) => WaitingVisit | undefined;
  /** A border input for these weights, if one could be found. */
  readonly borderFor: (offer: AuditableOffer) => Promise<BorderQuestion | undefined>;
  /** Chain seconds: the epoch's end, and now. */
  readonly endSeconds: bigint;
  readonly nowSeconds: bigint;
  /** What clients are like. */
  readonly visits: VisitSource;
  /** Told of an offer that no visit fits. */
  readonly onUnfit: (offer: AuditableOffer) => void;
  readonly random: Random;
}

/**
 * The canaries of an epoch. An executor is visited once, as by a client: its questions come in a row. It is asked for one of its
 * models, since a report has one row for it: which is drawn each time.
 */
export async function planCanaries(planning: Planning): Promise<PlannedAudit[]> {
  const { offers, trustOf, visits, endSeconds, nowSeconds, random } = planning;
  const common = planning.common ?? new Commonness(offers);
  const span = Number(endSeconds - QUIET_SECONDS - nowSeconds);
  if (span <= 0) return [];
  const planned: PlannedAudit[] = [];
  for (const executor of new Set(offers.map((offer) => offer.executor))) {
    const [first, ...others] = offers.filter((offer) => offer.executor === executor);
    if (first === undefined || random() >= visitChance(trustOf(first))) continue;
    const waiting = planning.waitingOf?.(executor);
    const offer = sameAs(waiting, [first, ...others]) ?? drawOffer([first, ...others], common, random);
    const visit = visits.visit(offer.maxContext, random);
    if (visit === undefined) {
      planning.onUnfit(offer);
      continue;
    }
    const times = visitTimes(visit.gaps, span, random);
    const coming: Pick<AuditQuestion, "waits" | "returnsFrom"> = {
      ...(waiting !== undefined && { returnsFrom: waiting.epoch }),
      ...(random() < waitChance(trustOf(first)) && { waits: true }),
    };
    for (const [index, canary] of visit.canaries.entries()) {
      const askAt = nowSeconds + BigInt(Math.floor(times[index] ?? 0));
      const question = await auditQuestion(planning, offer, canary);
      const { model, weightsHash, maxPrice } = offer;
      planned.push({
        executor,
        model,
        weightsHash,
        askAt,
        question: { ...question, ...(maxPrice && { maxPrice }), ...coming },
      });
    }
  }
  return planned;
}

/** What was asked for before, if it is still sold. */
const sameAs = (waiting: WaitingVisit | undefined, offers: readonly AuditableOffer[]): AuditableOffer | undefined =>
  offers.find(({ model, weightsHash }) => model === waiting?.model && weightsHash === waiting.weightsHash);

/** A border input decides by the likeliest token of the question alone: only such clients ask it, so that their settings tell nothing. */
async function auditQuestion(
  { borderFor, random }: Planning,
  offer: AuditableOffer,
  canary: Canary,
): Promise<AuditQuestion> {
  const { messages, sampling } = canary;
  const mayBeBorder = sampling.temperatureMilli === 0 && messages.length === 1;
  const found = mayBeBorder && random() < BORDERS ? await borderFor(offer) : undefined;
  if (found === undefined) return { canary };
  return { canary: { ...canary, messages: [{ role: "user", content: found.question }] }, border: found.border };
}
