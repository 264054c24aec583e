import type { ModelOffer } from "./commitment-types.ts";
import type { CommitmentHasher } from "./commitments.ts";
import type { SignedOffer } from "./messages.ts";
import { hashProfile } from "./profile.ts";
import type { RecoverAddress } from "./signatures.ts";

/**
 * Furthest that an offer may be valid ahead. A withdrawn offer can be sent again by anyone until it ends, so that it must
 * end soon; executors renew theirs long before.
 */
export const MAX_OFFER_VALIDITY_SECONDS = 24n * 60n * 60n;

/** Low bits of an offer's id, which are random; those above are the time at which it was made. */
const OFFER_ID_RANDOM_BITS = 22n;
const OFFER_ID_RANDOM = 1n << OFFER_ID_RANDOM_BITS;

/**
 * The id of an offer made at a time, Unix milliseconds: ids grow with time, so that newer replaces older, and the random part
 * keeps those of two processes with one key apart, of which neither knows of the other.
 * @param random from 0 to below 2^22.
 */
export const offerIdAt = (madeAtMs: number, random: number): bigint =>
  (BigInt(Math.floor(madeAtMs)) << OFFER_ID_RANDOM_BITS) | (BigInt(random) % OFFER_ID_RANDOM);

/** When an offer was made, by its maker's clock: Unix milliseconds. Part of what the executor signed. */
export const offerMadeAtMs = ({ offerId }: Pick<ModelOffer, "offerId">): number =>
  Number(offerId >> OFFER_ID_RANDOM_BITS);

/** An offer beside what it takes to judge it. */
export interface OfferToJudge {
  readonly hasher: CommitmentHasher;
  readonly recover: RecoverAddress;
  readonly signed: SignedOffer;
  /** Unix seconds. */
  readonly nowSeconds: bigint;
}

/** What is wrong with an offer. */
export interface OfferProblem {
  /** A sentence. */
  readonly message: string;
  /** Only its time is wrong: the clock of who made it, or of who judges it, may be to blame, and nobody else. */
  readonly isTime: boolean;
}

/**
 * Why an offer is not to be taken or passed on, or `undefined`. An offer is signed by the executor's own key,
 * never by a session signer, so that everybody can judge it without the chain. The cheap checks come first.
 */
export function offerProblem({ hasher, recover, signed, nowSeconds }: OfferToJudge): OfferProblem | undefined {
  const { offer, signature, profile } = signed;
  if (offer.validUntil < nowSeconds)
    return { message: `Offer ended ${nowSeconds - offer.validUntil} seconds ago.`, isTime: true };
  if (offer.validUntil > nowSeconds + MAX_OFFER_VALIDITY_SECONDS) {
    const ahead = offer.validUntil - nowSeconds;
    return { message: `Offer is valid for ${ahead} seconds; at most ${MAX_OFFER_VALIDITY_SECONDS}.`, isTime: true };
  }
  if (offer.maxContext === 0n) return { message: "Offer has no context.", isTime: false };
  if (profile !== undefined && hashProfile(profile) !== offer.profileHash)
    return { message: "The profile beside the offer is not the one that it signs.", isTime: false };
  if (recover(hasher.hashOffer(offer), signature) !== offer.executor)
    return { message: "Offer is not signed by its executor.", isTime: false };
  return undefined;
}
