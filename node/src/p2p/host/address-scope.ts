import type { PeerInfo } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { isWider, type Reach, reachOf, widestReach } from "./reach.ts";

/** Addresses that neighbours on the same site told of, which are dialled whatever else is. */
const MOST_NEIGHBOURS = 1024;

/**
 * Which addresses mean anything to whom. A loopback address is another machine's own for everybody who hears it, and a
 * private one some other host of theirs: told, it gives away how a home looks from within; dialled, it calls at addresses that
 * nobody meant. So a node whose network is wider neither tells such addresses nor dials those that others tell. How wide its
 * network is, its own addresses and those of its bootstrap peers say; a network on one machine knows nothing but loopback.
 */
export class AddressScope {
  readonly #bootstrap: Reach;
  /** Named by the node's owner, who knows where they lead. */
  readonly #given: ReadonlySet<string>;
  readonly #neighbours = new BoundedMap<string, true>({ most: MOST_NEIGHBOURS });
  #own: readonly string[] = [];
  #reached: readonly Multiaddr[] = [];

  constructor({
    bootstrap,
    given = [],
  }: { readonly bootstrap: readonly string[]; readonly given?: readonly string[] }) {
    this.#bootstrap = widestReach(bootstrap);
    this.#given = new Set([...bootstrap, ...given].map(withoutPeer));
  }

  /** From how far away this node's network is dialled. */
  get reach(): Reach {
    const own = widestReach(this.#own);
    return isWider(this.#bootstrap, own) ? this.#bootstrap : own;
  }

  /** All of the node's own addresses, told or not, as of when they were last asked for. */
  get own(): readonly string[] {
    return this.#own;
  }

  /** Of the node's own addresses, those that others are told; with them those at which others have reached it. */
  announced(own: Multiaddr[]): Multiaddr[] {
    const known = new Set(own.map(String));
    const all = [...own, ...this.#reached.filter((address) => !known.has(String(address)))];
    this.#own = all.map(String);
    return all.filter((address) => this.#isMeant(String(address)));
  }

  /** Where others have reached this node, with its id, though no interface of this machine has that address. */
  setReached(addresses: readonly Multiaddr[]): void {
    this.#reached = addresses;
  }

  /** Whether an address may be dialled, whoever told it. */
  mayDial(address: Multiaddr): boolean {
    const text = withoutPeer(String(address));
    return this.#isMeant(text) || this.#given.has(text) || this.#neighbours.has(text);
  }

  /** A peer on the same site says itself that it is there. */
  addNeighbour(addresses: readonly Multiaddr[]): void {
    for (const address of addresses) this.#neighbours.set(withoutPeer(String(address)), true);
  }

  /** What is remembered of a peer, and told of it to others. */
  readonly meantOf = (peer: PeerInfo): PeerInfo => ({
    ...peer,
    multiaddrs: peer.multiaddrs.filter((address) => this.#isMeant(String(address))),
  });

  #isMeant(address: string): boolean {
    return !isWider(this.reach, reachOf(address));
  }
}

const withoutPeer = (address: string): string => address.replace(/\/p2p\/[^/]+$/, "");
