import { type Address, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";

export const NOW = 1_800_000_000_000;

/** An offer of the model "tiny" that stands now; nobody signed it. */
export const offer = (executor: Address, change: Partial<SignedOffer["offer"]> = {}, sentAt = NOW): SignedOffer => ({
  offer: {
    executor,
    offerId: 1n,
    model: "tiny",
    weightsHash: ZERO_HASH,
    profileHash: ZERO_HASH,
    inboundPrice: 10n,
    outboundPrice: 40n,
    maxContext: 512n,
    validUntil: BigInt(NOW / 1000 + 60),
    ...change,
  },
  signature: { r: ZERO_HASH, vs: ZERO_HASH },
  multiaddrs: [],
  capacity: 1,
  load: 0,
  sentAt,
});
