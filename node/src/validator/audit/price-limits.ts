/** What a canary may cost. Pure. */
import type { Address } from "@lloom/protocol/commitment-types";
import type { AuditableOffer, CanaryPrice } from "./canary-answer.ts";

/** With so many sellers a model has a market of its own, which one stake alone does not make. */
const SELLERS = 3;
/** How many times the middle price of its model a canary pays at most, and of all executors where the model has no market. */
const [OF_MODEL, OF_ALL] = [4n, 16n];
/** However dear a model's market is: a few stakes may make one. */
const MOST_OF_ALL = 64n;

/**
 * The most that a canary pays for each model, following the market of all that is offered; `floor`: what is never too dear. An executor
 * counts once, by its middle price, however many models it names: else decoys would set what they cost.
 */
export function priceLimits(
  offers: readonly AuditableOffer[],
  floor: CanaryPrice,
): (offer: AuditableOffer) => CanaryPrice {
  const all = middleOf([...byExecutor(offers).values()].map(middleOf));
  const byModel = Map.groupBy(offers, ({ model }) => model);
  const limits = new Map(
    [...byModel].map(([model, own]) => {
      const sellers = [...byExecutor(own).values()].map(middleOf);
      const most =
        sellers.length < SELLERS
          ? times(all, OF_ALL)
          : lower(times(middleOf(sellers), OF_MODEL), times(all, MOST_OF_ALL));
      return [model, higher(most, floor)] as const;
    }),
  );
  return ({ model }) => limits.get(model) ?? floor;
}

/** Whether an offer asks no more than that. */
export const isWithin = ({ price }: AuditableOffer, most: CanaryPrice): boolean =>
  price.inbound <= most.inbound && price.outbound <= most.outbound;

type HasPrice = Pick<AuditableOffer, "price">;

const byExecutor = (offers: readonly AuditableOffer[]): Map<Address, HasPrice[]> =>
  Map.groupBy(offers, ({ executor }) => executor);

/** Of each side for itself, the lower one of two in the middle: an even number must not let the dearer half decide. */
function middleOf(prices: readonly (HasPrice | CanaryPrice)[]): CanaryPrice {
  const of = (side: keyof CanaryPrice): bigint => {
    const sorted = prices
      .map((one) => ("price" in one ? one.price : one)[side])
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return sorted[(sorted.length - 1) >> 1] ?? 0n;
  };
  return { inbound: of("inbound"), outbound: of("outbound") };
}

const times = ({ inbound, outbound }: CanaryPrice, factor: bigint): CanaryPrice => ({
  inbound: inbound * factor,
  outbound: outbound * factor,
});
const lower = (a: CanaryPrice, b: CanaryPrice): CanaryPrice => ({
  inbound: a.inbound < b.inbound ? a.inbound : b.inbound,
  outbound: a.outbound < b.outbound ? a.outbound : b.outbound,
});
const higher = (a: CanaryPrice, b: CanaryPrice): CanaryPrice => ({
  inbound: a.inbound > b.inbound ? a.inbound : b.inbound,
  outbound: a.outbound > b.outbound ? a.outbound : b.outbound,
});
