/** What a question itself says of whom to ask. Pure. */
import type { SignedOffer } from "@lloom/protocol/messages";
import type { Preference, Sort } from "../question.ts";
import type { ExecutorHealth } from "./executor-health.ts";
import { quantisationOf } from "./quantisation.ts";
import { type FormCounts, wrongSteps } from "./validity.ts";

/** What is looked at of a candidate. */
interface Offering {
  readonly signed: SignedOffer;
  readonly precision?: string | undefined;
  readonly health: Pick<ExecutorHealth, "firstToken" | "msPerToken">;
  readonly forms?: FormCounts | undefined;
}

/** Those that the question lets be asked at all. */
export function permitted<T extends Offering>(candidates: readonly T[], preference: Preference = {}): readonly T[] {
  const { only, ignore, order, allowFallbacks, quantisations } = preference;
  const first = allowFallbacks === false ? order : undefined;
  if ((only ?? ignore ?? first ?? quantisations) === undefined) return candidates;
  return candidates.filter(({ signed: { offer }, precision }) => {
    if (only !== undefined && !only.includes(offer.executor)) return false;
    if (first !== undefined && !first.includes(offer.executor)) return false;
    if (ignore?.includes(offer.executor) === true) return false;
    return quantisations === undefined || quantisations.includes(quantisationOf(precision) ?? "unknown");
  });
}

/** How little of what is sorted by a candidate has: milliseconds, what it is expected to cost, or how many of its answers are misshapen. */
function measureOf({ health, forms }: Offering, sort: Sort, cost: number): number {
  if (sort === "price") return cost;
  if (sort === "exacto") return wrongSteps(forms);
  const measured = sort === "latency" ? health.firstToken?.meanMs : health.msPerToken;
  return measured ?? Number.POSITIVE_INFINITY;
}

/** The best of these by what the question sorts by; who was never measured comes last, the cheapest of those first. */
export function bestBy<T extends Offering>(
  candidates: readonly T[],
  sort: Sort,
  costOf: (candidate: T) => number,
): T | undefined {
  let best: { readonly candidate: T; readonly measure: number; readonly cost: number } | undefined;
  for (const candidate of candidates) {
    const cost = costOf(candidate);
    const measure = measureOf(candidate, sort, cost);
    const isBetter = best === undefined || measure < best.measure || (measure === best.measure && cost < best.cost);
    if (isBetter) best = { candidate, measure, cost };
  }
  return best?.candidate;
}
