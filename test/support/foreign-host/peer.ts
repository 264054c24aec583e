/** A bare libp2p peer: docs/protocol/offers.md, "Connections" and "Gossip". */
import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { privateKeyFromRaw } from "@libp2p/crypto/keys";
import { type GossipSub, gossipsub } from "@libp2p/gossipsub";
import { type Identify, identify } from "@libp2p/identify";
import { type Ping, ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { getBytes, type Wallet } from "ethers";
import { createLibp2p, type Libp2p } from "libp2p";
import type { Network } from "./signing.ts";

export type Peer = Libp2p<{ identify: Identify; ping: Ping; pubsub: GossipSub }>;

/** The peer of a wallet's key. */
export const startPeer = (wallet: Wallet, listen: readonly string[] = []): Promise<Peer> =>
  createLibp2p({
    privateKey: privateKeyFromRaw(getBytes(wallet.privateKey)),
    addresses: { listen: [...listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify(), ping: ping(), pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }) },
  });

export const topicOf = ({ chainId, accounting }: Network): string =>
  `lloom/offers/${chainId}/${accounting.toLowerCase()}`;
