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

/**
 * Why an offer is not to be taken or passed on, as a sentence, or `undefined`. An offer is signed by the executor's own key,
 * never by a session signer, so that everybody can judge it without the chain. The cheap checks come first.
 */
export function offerProblem({ hasher, recover, signed, nowSeconds }: OfferToJudge): string | undefined {
  const { offer, signature } = signed;
  if (offer.validUntil < nowSeconds) return `Offer ended ${nowSeconds - offer.validUntil} seconds ago.`;
  if (offer.validUntil > nowSeconds + MAX_OFFER_VALIDITY_SECONDS) {
    return `Offer is valid for ${offer.validUntil - nowSeconds} seconds; at most ${MAX_OFFER_VALIDITY_SECONDS}.`;
  }
  if (offer.maxContext === 0n) return "Offer has no context.";
  if (recover(hasher.hashOffer(offer), signature) !== offer.executor) return "Offer is not signed by its executor.";
  return undefined;
}
