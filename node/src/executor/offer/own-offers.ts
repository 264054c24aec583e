import { randomInt } from "node:crypto";
import type { Address, CompactSignature, Hex, ModelOffer } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { offerIdAt } from "@lloom/protocol/offers";
import { hashProfile, profileText } from "@lloom/protocol/profile";
import type { BackendModel } from "../../backend/backend.ts";
import type { ExecutorSettings, Price } from "../executor-options.ts";

/** What an offer promises: the parts that do not change when it is renewed. */
export interface OfferTerms extends Omit<ModelOffer, "offerId" | "validUntil" | "profileHash"> {
  /** The text that `profileHash` is taken over; undefined: zero. */
  readonly profile?: string | undefined;
}

/** The backend's models that are offered, at their prices. */
export function offerTerms(
  models: readonly BackendModel[],
  settings: Pick<ExecutorSettings, "models" | "modelPrices" | "price">,
  executor: Address,
): OfferTerms[] {
  return models
    .filter(({ model }) => settings.models.length === 0 || settings.models.includes(model))
    .map(({ model, weightsHash, profile, maxContext }) => {
      const { inboundPrice, outboundPrice }: Price = settings.modelPrices[model] ?? settings.price;
      return {
        ...{ executor, model, weightsHash, maxContext: BigInt(maxContext), inboundPrice, outboundPrice },
        ...(profile !== undefined && { profile: profileText(profile) }),
      };
    });
}

/** Where an executor is and how busy; sent with each offer. */
export interface OfferLoad {
  readonly multiaddrs: readonly string[];
  readonly capacity: number;
  readonly load: number;
}

interface Signed {
  readonly offer: ModelOffer;
  readonly offerHash: Hex;
  readonly signature: CompactSignature;
  readonly profile: string | undefined;
}

/** Own offers: signed when made, and again before they run out. */
export class OwnOffers {
  readonly #options: OwnOffersOptions;
  readonly #signed = new Map<string, Signed>();
  #lastId = 0n;

  constructor(options: OwnOffersOptions) {
    this.#options = options;
  }

  /**
   * Offers exactly these from now on. An offer whose terms stay is renewed in the second half of its time, and when it does
   * not stand any more, whatever the wall clock says of its time.
   */
  renew(terms: readonly OfferTerms[], nowMs: number): void {
    const { ttlMs, stands } = this.#options;
    const names = new Set(terms.map(({ model }) => model));
    for (const model of this.#signed.keys()) if (!names.has(model)) this.#signed.delete(model);
    for (const term of terms) {
      const known = this.#signed.get(term.model);
      const isKept = known !== undefined && stands(known.offerHash) && isCurrent(known, term, nowMs + ttlMs / 2);
      if (!isKept) this.#make(term, nowMs);
    }
  }

  /** The offer that a request for the model has to meet. */
  of(model: string): ModelOffer | undefined {
    return this.#signed.get(model)?.offer;
  }

  /** The text that the `profileHash` of this offer is taken over. */
  profileOf(model: string): string | undefined {
    return this.#signed.get(model)?.profile;
  }

  /** Names of what is offered. */
  models(): string[] {
    return [...this.#signed.keys()];
  }

  /** All offers with where to reach this executor and how busy it is, or those of one model. */
  list({ multiaddrs, capacity, load }: OfferLoad, nowMs: number, model?: string): SignedOffer[] {
    return [...this.#signed.values()]
      .filter(({ offer }) => model === undefined || offer.model === model)
      .map(({ offer, signature, profile }) => ({
        offer,
        signature,
        ...(profile !== undefined && { profile }),
        multiaddrs: [...multiaddrs],
        capacity,
        load,
        sentAt: Math.floor(nowMs),
      }));
  }

  /** Also within one millisecond, and when the clock goes back, an id never names two offers. */
  #make({ profile, ...terms }: OfferTerms, nowMs: number): void {
    const { hashOffer, sign, ttlMs, onMake } = this.#options;
    const byClock = offerIdAt(nowMs, randomInt(2 ** 22));
    this.#lastId = byClock > this.#lastId ? byClock : this.#lastId + 1n;
    const offer: ModelOffer = {
      ...terms,
      profileHash: hashProfile(profile),
      offerId: this.#lastId,
      validUntil: BigInt(Math.ceil((nowMs + ttlMs) / 1000)),
    };
    const offerHash = hashOffer(offer);
    onMake(offer, offerHash);
    this.#signed.set(terms.model, { offer, offerHash, signature: sign(offerHash), profile });
  }
}

export interface OwnOffersOptions {
  readonly hashOffer: (offer: ModelOffer) => Hex;
  readonly sign: (digest: Hex) => CompactSignature;
  readonly ttlMs: number;
  /** Whether requests that accept an own offer are still taken. */
  readonly stands: (offerHash: Hex) => boolean;
  /** Told before the offer is signed: what is promised is noted first. */
  readonly onMake: (offer: ModelOffer, offerHash: Hex) => void;
}

/** The same terms, and still valid at that time. */
function isCurrent({ offer, profile }: Signed, { profile: wanted, ...terms }: OfferTerms, untilMs: number): boolean {
  const { validUntil } = offer;
  const same =
    profile === wanted && Object.entries(terms).every(([field, value]) => offer[field as keyof ModelOffer] === value);
  return same && Number(validUntil) * 1000 >= untilMs;
}
