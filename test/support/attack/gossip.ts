import type { SignedOffer } from "@lloom/protocol/messages";
import { offersTopic } from "@lloom/protocol/names";
import { encodeOfferGossip } from "@lloom/protocol/wire";
import type { Host } from "../../../node/src/p2p/host/host.ts";

/** Tells the network an offer without listening to those of others, as nobody honest does. */
export const gossip = ({ libp2p, network }: Host, offer: SignedOffer): Promise<unknown> =>
  libp2p.services.pubsub.publish(offersTopic(network), encodeOfferGossip({ type: "offer", offer }));
