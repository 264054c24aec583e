import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { SignedOffer } from "@lloom/protocol/messages";
import { offerProblem } from "@lloom/protocol/offers";
import type { Chain } from "../../chain/chain.ts";
import { OfferSearch } from "../../client/discover/offer-search.ts";
import { createLog } from "../../log.ts";
import type { Host } from "../../p2p/host/host.ts";
import { toSeconds, wallClock } from "../../primitives/clock.ts";
import { recoverAddress } from "../../wallet/recover.ts";

/** More than one look at the network is worth. */
const MOST_OFFERS = 16_384;

export interface AskingForOffers {
  readonly chain: Chain;
  readonly host: Host;
  readonly signal: AbortSignal;
}

/**
 * The offers that the peers of a network tell: of connected ones, and of validators and executors that the DHT names. Each is signed by
 * its executor and stands; of the same executor and model the newest. Whether anything is at stake behind them is not asked.
 */
export async function askForOffers({ chain, host, signal }: AskingForOffers): Promise<readonly SignedOffer[]> {
  const hasher = createCommitmentHasher(chain.domain);
  const found = new Map<string, SignedOffer>();
  const accept = async (signed: SignedOffer): Promise<void> => {
    const { executor, model, offerId } = signed.offer;
    const key = `${executor} ${model}`;
    const before = found.get(key);
    if (before !== undefined && before.offer.offerId >= offerId) return;
    if (before === undefined && found.size >= MOST_OFFERS) return;
    const nowSeconds = toSeconds(wallClock());
    if (offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds }) === undefined) found.set(key, signed);
  };
  const log = createLog({ level: "silent", name: "offers" });
  await new OfferSearch({ host, accept, signal, log }).search();
  return [...found.values()];
}
