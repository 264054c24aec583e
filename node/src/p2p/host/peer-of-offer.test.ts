import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { testIdentity } from "../../../../test/support/exchange.ts";
import { peerOfOffer } from "./peer-of-offer.ts";
import { secretPeer } from "./secret-peer.ts";

const peerOf = (name: string): string => secretPeer(testIdentity(name).secret);
const [own, other] = [peerOf("seller"), peerOf("somebody else")];
const offered = (...multiaddrs: string[]) =>
  peerOfOffer({
    offer: {
      executor: testIdentity("seller").address,
      offerId: 1n,
      model: "tiny",
      weightsHash: ZERO_HASH,
      profileHash: ZERO_HASH,
      inboundPrice: 1n,
      outboundPrice: 1n,
      maxContext: 1n,
      validUntil: 1n,
    },
    signature: { r: ZERO_HASH, vs: ZERO_HASH },
    multiaddrs,
    capacity: 1,
    load: 0,
    sentAt: 0,
  });

describe("the peer of an offer", () => {
  it("is the one whose key is the executor's", () => {
    const addresses = [`/ip4/10.0.0.1/tcp/4001/p2p/${own}`, `/ip4/10.0.0.2/tcp/4001/p2p/${own}`];
    expect(offered(...addresses)).toEqual({ peerId: own, multiaddrs: addresses });
  });

  it("is nobody else: a prompt must not go to whom an address happens to name", () => {
    const [theirs, mine] = [`/ip4/10.0.0.1/tcp/4001/p2p/${other}`, `/ip4/10.0.0.2/tcp/4001/p2p/${own}`];
    expect(offered(theirs, mine)).toEqual({ peerId: own, multiaddrs: [mine] });
    expect(offered(theirs)).toBeUndefined();
    expect(offered("/ip4/10.0.0.1/tcp/4001", "/p2p/nonsense", "")).toBeUndefined();
  });
});
