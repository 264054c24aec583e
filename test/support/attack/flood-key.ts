import { privateKeyFromRaw, publicKeyToProtobuf } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { type Hex, type ModelOffer, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { offerIdAt } from "@lloom/protocol/offers";
import type { Host } from "../../../node/src/p2p/host/host.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";
import { gossip } from "./gossip.ts";
import { ATTACKED_MODEL } from "./known-answer.ts";

/** Of so many offers one names the model that is attacked; each other one a model of its own. */
const MODELS_BETWEEN = 4;
const VALID_MS = 3_600_000;

/** How gossipsub signs; of its class, not of its interface. */
interface Signing {
  publishConfig: object;
}

/** A key that offers whatever is cheap, over and over. */
export class FloodKey {
  readonly #identity: Identity;
  readonly #hashOffer: (offer: ModelOffer) => Hex;
  readonly #privateKey;
  readonly #peerId;
  #offers = 0;

  constructor(identity: Identity, hashOffer: (offer: ModelOffer) => Hex) {
    this.#identity = identity;
    this.#hashOffer = hashOffer;
    this.#privateKey = privateKeyFromRaw(identity.secret);
    this.#peerId = peerIdFromPrivateKey(this.#privateKey);
  }

  /** One more, at a price that nobody beats. */
  offer(): SignedOffer {
    const nowMs = Date.now();
    const executor = this.#identity.address;
    const model = this.#offers % MODELS_BETWEEN === 0 ? ATTACKED_MODEL : `flood-${executor}-${this.#offers}`;
    this.#offers += 1;
    const offer: ModelOffer = {
      ...{ executor, model, weightsHash: ZERO_HASH, profileHash: ZERO_HASH, maxContext: 4096n },
      offerId: offerIdAt(nowMs, this.#offers),
      inboundPrice: 1n,
      outboundPrice: 1n,
      validUntil: BigInt(Math.ceil((nowMs + VALID_MS) / 1000)),
    };
    const signature = this.#identity.sign(this.#hashOffer(offer));
    const multiaddrs = [`/ip4/127.0.0.1/tcp/1/p2p/${this.#peerId}`];
    return { offer, signature, multiaddrs, capacity: 64, load: 0, sentAt: nowMs };
  }

  /** Gossips one through a host that is another key's: it passes the message on as if it had come from the key. */
  async gossip(host: Host): Promise<void> {
    const signing = host.libp2p.services.pubsub as unknown as Signing;
    const { publishConfig } = signing;
    const key = publicKeyToProtobuf(this.#privateKey.publicKey);
    signing.publishConfig = { ...publishConfig, author: this.#peerId, key, privateKey: this.#privateKey };
    // Read before the first pause, so that it can be set back at once.
    const sent = gossip(host, this.offer());
    signing.publishConfig = publishConfig;
    await sent;
  }
}
