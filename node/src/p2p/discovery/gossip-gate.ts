import type { GossipSub } from "@libp2p/gossipsub";
import type { RPC } from "@libp2p/gossipsub/message";
import type { PeerId } from "@libp2p/interface";
import { peerIdFromMultihash } from "@libp2p/peer-id";
import type { Address } from "@lloom/protocol/commitment-types";
import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { decode } from "multiformats/hashes/digest";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import type { Host } from "../host/host.ts";
import { peerAddress } from "../host/peer-address.ts";
import { BLAMED_RATE, FORWARDED_RATE, STRANGERS_OF_ONE, STRANGERS_RATE } from "../limits.ts";

/** What is known of those who offer. */
export interface Stakes {
  /** Whether it had something at stake when that was last read; `undefined` while nothing is known. */
  readonly isStaked: (executor: Address) => boolean | undefined;
  /** The same after a read, if one is due and the peer that brings the key has not brought too many. */
  readonly learn: (executor: Address, peerId: string) => Promise<boolean | undefined>;
}

export interface GossipGateOptions {
  readonly stakes: Stakes;
  /** Whether offers of keys without stake are looked at too, a few of them. */
  readonly wantsStrangers: boolean;
}

/** The bytes of an author are those of its secp256k1 key, behind six that say so. */
const AUTHOR_BYTES = 39;
const MOST_AUTHORS = 16_384;
const MOST_FORWARDERS = 2_048;
/** Messages that wait until their author's stake is known; of an author beyond, the next one is taken. */
const MOST_HELD = 512;

/** gossipsub's way in, before it checks a signature; of its class, not of its interface. */
interface Inlet {
  handleReceivedRpc: (from: PeerId, rpc: RPC) => Promise<void>;
}

type GatedHost = Pick<Host, "blame" | "isBlamed" | "isBanned" | "expel">;

interface Forwarder {
  readonly all: TokenBucket;
  readonly strangers: TokenBucket;
  readonly blamed: TokenBucket;
}

/**
 * Stands before gossipsub, which checks two signatures of a message before anybody asks whether it is worth that. Cheap
 * things come first: a message's size, how much the peer that brings it has brought, and whether its author, who is only
 * claimed here, has anything at stake. What a stranger says costs a look into a map; its stake is read when the
 * turn of the peer that brings it comes, and the message is held for that long.
 */
export class GossipGate implements Disposable {
  readonly #inlet: Inlet;
  readonly #pass: Inlet["handleReceivedRpc"];
  readonly #host: GatedHost;
  readonly #options: GossipGateOptions;
  readonly #authors = new BoundedMap<string, Address>({ most: MOST_AUTHORS });
  readonly #forwarders = new BoundedMap<string, Forwarder>({ most: MOST_FORWARDERS });
  readonly #strangers = new TokenBucket(STRANGERS_RATE);
  #held = 0;

  constructor(host: GatedHost, pubsub: GossipSub, options: GossipGateOptions) {
    this.#host = host;
    this.#options = options;
    this.#inlet = pubsub as GossipSub & Inlet;
    this.#pass = this.#inlet.handleReceivedRpc.bind(pubsub);
    this.#inlet.handleReceivedRpc = (from, rpc) => this.#receive(from, rpc);
  }

  [Symbol.dispose](): void {
    this.#inlet.handleReceivedRpc = this.#pass;
  }

  #receive(from: PeerId, rpc: RPC): Promise<void> {
    if (rpc.messages.length === 0) return this.#pass(from, rpc);
    const messages = rpc.messages.filter((message) => this.#isLetIn(from, message));
    return this.#pass(from, { ...rpc, messages });
  }

  /** Whether a message may be looked at now. */
  #isLetIn(from: PeerId, message: RPC.Message): boolean {
    const peerId = from.toString();
    const forwarder = this.#forwarders.getOrInsert(peerId, newForwarder);
    if (!forwarder.all.take()) return false;
    const author = message.from;
    if (author?.length !== AUTHOR_BYTES || (message.data?.length ?? 0) > WIRE_LIMITS.offerBytes) {
      this.#host.blame(peerId);
      return false;
    }
    const name = Buffer.from(author).toString("latin1");
    const known = this.#authors.get(name);
    if (known !== undefined && this.#options.stakes.isStaked(known) === true) return true;
    if (this.#host.isBlamed(peerId)) {
      if (!forwarder.blamed.take()) this.#expel(peerId);
      return false;
    }
    if (!forwarder.strangers.take()) return false;
    const executor = known ?? addressOf(author);
    if (executor === undefined) {
      this.#host.blame(peerId);
      return false;
    }
    this.#authors.set(name, executor);
    if (this.#options.stakes.isStaked(executor) === true) return true;
    void this.#hold(from, message, executor);
    return false;
  }

  /** gossipsub has told it to pass on nothing more: whoever does so all the same means to. */
  #expel(peerId: string): void {
    if (this.#host.isBanned(peerId)) return;
    void this.#host.expel(peerId, new LloomError("RATE_LIMITED", "The peer floods offers of keys without a stake."));
  }

  async #hold(from: PeerId, message: RPC.Message, executor: Address): Promise<void> {
    const { stakes, wantsStrangers } = this.#options;
    const isHeld = this.#held < MOST_HELD;
    if (isHeld) this.#held += 1;
    const isStaked = await stakes.learn(executor, from.toString());
    if (!isHeld) return;
    this.#held -= 1;
    if (isStaked !== true && !(wantsStrangers && this.#strangers.take())) return;
    await this.#pass(from, { subscriptions: [], messages: [message] });
  }
}

function addressOf(author: Uint8Array): Address | undefined {
  try {
    return peerAddress(peerIdFromMultihash(decode(author)).toString());
  } catch {
    return undefined;
  }
}

const newForwarder = (): Forwarder => ({
  all: new TokenBucket(FORWARDED_RATE),
  strangers: new TokenBucket(STRANGERS_OF_ONE),
  blamed: new TokenBucket(BLAMED_RATE),
});
