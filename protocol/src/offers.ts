import type { CommitmentHasher } from "./commitments.ts";
import type { SignedOffer } from "./messages.ts";
import type { RecoverAddress } from "./signatures.ts";

/**
 * Furthest that an offer may be valid ahead. A withdrawn offer can be sent again by anyone until it ends, so that it must
 * end soon; executors renew theirs long before.
 */
export const MAX_OFFER_VALIDITY_SECONDS = 24n * 60n * 60n;

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
  const { offer, signature } = signed;
  if (offer.validUntil < nowSeconds)
    return { message: `Offer ended ${nowSeconds - offer.validUntil} seconds ago.`, isTime: true };
  if (offer.validUntil > nowSeconds + MAX_OFFER_VALIDITY_SECONDS) {
    const ahead = offer.validUntil - nowSeconds;
    return { message: `Offer is valid for ${ahead} seconds; at most ${MAX_OFFER_VALIDITY_SECONDS}.`, isTime: true };
  }
  if (offer.maxContext === 0n) return { message: "Offer has no context.", isTime: false };
  if (recover(hasher.hashOffer(offer), signature) !== offer.executor)
    return { message: "Offer is not signed by its executor.", isTime: false };
  return undefined;
}
