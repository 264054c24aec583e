/** What an observer publishes, drawn up of what it saw. Pure. */
import type { Address, Hex, ModelOffer } from "@lloom/protocol/commitment-types";
import { type Health, SHEET_LIMITS, type SheetJson } from "@lloom/protocol/observed/sheets";
import { promisedBy } from "@lloom/protocol/profile";
import type { SampledHour } from "../store/observer/sample-log.ts";
import { median } from "../store/observer/sample-log.ts";
import type { TermsChange } from "../store/observer/terms-log.ts";
import { hashOfModel } from "./changed-terms.ts";
import { firstResponseMs, tenths } from "./health.ts";
import type { HeardOffer } from "./heard-offers.ts";

/** Offers that stand, and how their executors answered. */
export interface Seen {
  readonly offers: readonly HeardOffer[];
  readonly healthOf: (executor: Address) => Health | undefined;
}

const sumOf = ({ signed: { offer } }: HeardOffer): bigint => offer.inboundPrice + offer.outboundPrice;
/** The cheapest first, by a prompt token and an answer token together. */
const cheapestFirst = (offers: readonly HeardOffer[]): HeardOffer[] =>
  offers.toSorted((a, b) => Number(sumOf(a) > sumOf(b)) - Number(sumOf(a) < sumOf(b)));

const termsOf = ({ inboundPrice, outboundPrice, maxContext }: ModelOffer) => ({
  ...{ inboundPrice: String(inboundPrice), outboundPrice: String(outboundPrice), maxContext: String(maxContext) },
});

const toSeconds = (ms: number): number => Math.floor(ms / 1000);

const capped = <Row>(rows: readonly Row[], most: number): { readonly rows: Row[]; readonly left: number } => ({
  rows: rows.slice(0, most),
  left: Math.max(0, rows.length - most),
});

/** Offers of a model, of an executor, or of all. */
export function bookOf({ offers, healthOf }: Seen, modelHash: Hex | undefined): SheetJson<"book"> {
  const wanted = offers.filter(
    ({ signed }) => modelHash === undefined || hashOfModel(signed.offer.model) === modelHash,
  );
  const { rows, left } = capped(cheapestFirst(wanted), SHEET_LIMITS.offers);
  return { offers: rows.map((heard) => bookRow(heard, healthOf)), left };
}

function bookRow({ signed, heardAtMs }: HeardOffer, healthOf: Seen["healthOf"]): SheetJson<"book">["offers"][number] {
  const { offer, signature, capacity, load } = signed;
  const { executor, model, weightsHash, profileHash, offerId, validUntil } = offer;
  return {
    offer: {
      ...{ executor, model, weightsHash, profileHash, ...termsOf(offer) },
      ...{ offerId: String(offerId), validUntil: String(validUntil) },
    },
    ...{ signature, capacity, load, heardAt: toSeconds(heardAtMs), evidence: promisedBy(signed).evidence },
    health: healthOf(executor) ?? null,
  };
}

/** Models that are offered, those of most executors first. */
export function modelsOf({ offers, healthOf }: Seen): SheetJson<"models"> {
  const byModel = Map.groupBy(offers, ({ signed }) => signed.offer.model);
  const models = [...byModel].map(([model, among]) => {
    const up = among.filter(({ signed }) => healthOf(signed.offer.executor)?.isUp === true);
    const [cheapest] = cheapestFirst(up);
    const responses = up.flatMap(({ signed }) => firstResponseMs(healthOf(signed.offer.executor)) ?? []);
    return {
      ...{ model, executors: among.length, up: up.length, firstResponseMs: tenths(median(responses)) },
      cheapest: cheapest ? { executor: cheapest.signed.offer.executor, ...termsOf(cheapest.signed.offer) } : null,
    };
  });
  const ordered = models.toSorted((a, b) => b.executors - a.executors || (a.model < b.model ? -1 : 1));
  const { rows, left } = capped(ordered, SHEET_LIMITS.models);
  return { models: rows, left };
}

/** Executors that offer something or were called lately, with the cheapest of what each offers. */
export function executorsOf({ offers, healthOf }: Seen, known: readonly Address[]): SheetJson<"executors"> {
  const byExecutor = Map.groupBy(offers, ({ signed }) => signed.offer.executor);
  const all = [...new Set([...byExecutor.keys(), ...known])];
  const { rows, left } = capped(all, SHEET_LIMITS.executors);
  const executors = rows.map((executor) => {
    const own = byExecutor.get(executor) ?? [];
    const offer = cheapestFirst(own)[0]?.signed.offer;
    return {
      ...{ executor, models: own.length, health: healthOf(executor) ?? null },
      cheapest: offer === undefined ? null : { model: offer.model, ...termsOf(offer) },
    };
  });
  return { executors, left };
}

/** What a model was offered for, the oldest first, out of the newest changes. */
export function pricesOf(modelHash: Hex, newest: readonly TermsChange[], count: number): SheetJson<"prices"> {
  const changes = newest
    .slice(0, SHEET_LIMITS.changes)
    .reverse()
    .map(({ executor, atMs, terms }) => ({
      ...{ executor, at: toSeconds(atMs) },
      terms: terms
        ? {
            ...{ inboundPrice: String(terms.inboundPrice), outboundPrice: String(terms.outboundPrice) },
            ...{ maxContext: String(terms.maxContext), capacity: terms.capacity },
          }
        : null,
    }));
  return { modelHash, changes, left: Math.max(0, count - changes.length) };
}

/** How an executor answered, hour by hour. */
export const uptimeOf = (executor: Address, hours: readonly SampledHour[]): SheetJson<"uptime"> => ({
  executor,
  hours: hours.map(({ hourMs, calls, answered, connectMs, responseMs }) => ({
    ...{ hour: toSeconds(hourMs), calls, answered },
    ...{ connectMs: tenths(connectMs), responseMs: tenths(responseMs) },
  })),
});
