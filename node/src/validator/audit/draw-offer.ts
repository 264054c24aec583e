/** Which of an executor's offers is audited. Pure, but for its draws. */
import type { Address } from "@lloom/protocol/commitment-types";
import { draw, type Random } from "../canary/draw.ts";
import type { AuditableOffer } from "./canary-answer.ts";

/** Share of the visits to who sells both that go to what this validator can hold against weights of its own. */
const TO_MEASURED = 3 / 4;
/** Share that goes to the commonest of what it sells; the rest to any commonness alike. */
const TO_COMMONEST = 1 / 2;

/**
 * How many executors sell the same weights, and the same under the same name, of all that is offered. In powers of two: however many
 * names an executor thinks up, and whoever helps it, they are of the commonness of what few sell.
 */
export class Commonness {
  readonly #weights = new Map<string, Set<Address>>();
  readonly #names = new Map<string, Set<Address>>();

  constructor(offers: readonly AuditableOffer[]) {
    for (const offer of offers) {
      add(this.#weights, offer.weightsHash, offer.executor);
      add(this.#names, nameOf(offer), offer.executor);
    }
  }

  ofWeights = ({ weightsHash }: AuditableOffer): number => levelOf(this.#weights.get(weightsHash));
  ofName = (offer: AuditableOffer): number => levelOf(this.#names.get(nameOf(offer)));
}

/**
 * One of an executor's offers: first whether of what can be measured, then how common, then by its weights, of which each is one whatever
 * it is called, then how common its name is. So neither names nor weights that few or none sell make it rarer that a model is audited which
 * many do, nor one that this validator knows.
 */
export function drawOffer(
  offers: readonly [AuditableOffer, ...AuditableOffer[]],
  common: Commonness,
  random: Random,
): AuditableOffer {
  const [measured, others] = [offers.filter((one) => one.isMeasured), offers.filter((one) => !one.isMeasured)];
  const isBoth = measured.length > 0 && others.length > 0;
  const kind = isBoth ? (random() < TO_MEASURED ? measured : others) : offers;
  const ofWeights = drawGroup(drawLevel(kind, common.ofWeights, random), ({ weightsHash }) => weightsHash, random);
  return drawGroup(drawLevel(ofWeights, common.ofName, random), (one) => one, random)[0];
}

type Some = readonly [AuditableOffer, ...AuditableOffer[]];

/** Those of one commonness: else it would be worth to have something of each. */
function drawLevel(
  offers: readonly AuditableOffer[],
  level: (offer: AuditableOffer) => number,
  random: Random,
): readonly AuditableOffer[] {
  const highest = Math.max(...offers.map(level));
  if (random() < TO_COMMONEST) return offers.filter((one) => level(one) === highest);
  return drawGroup(offers, level, random);
}

/** One of the groups, each as likely as any other, however many are in it. */
function drawGroup(offers: readonly AuditableOffer[], by: (offer: AuditableOffer) => unknown, random: Random): Some {
  const groups = [...Map.groupBy(offers, by).values()] as unknown as readonly [Some, ...Some[]];
  return draw(groups, random);
}

const nameOf = ({ model, weightsHash }: AuditableOffer): string => `${weightsHash} ${model}`;

const levelOf = (executors: ReadonlySet<Address> = new Set()): number =>
  Math.floor(Math.log2(Math.max(1, executors.size)));

function add(to: Map<string, Set<Address>>, key: string, executor: Address): void {
  to.set(key, (to.get(key) ?? new Set()).add(executor));
}
