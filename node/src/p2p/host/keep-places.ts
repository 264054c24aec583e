import type { Connection } from "@libp2p/interface";
import type { Libp2p } from "libp2p";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";

/** Peers that are remembered as known ones. */
const MOST_KNOWN = 16_384;

export interface PlacesOptions {
  readonly libp2p: Pick<Libp2p, "getConnections" | "addEventListener" | "removeEventListener">;
  /** Connections of strangers at a time; beyond that, the one that has been idle for longest makes room. */
  readonly mostStrangers: number;
}

/**
 * Keeps places for those who do business here. Whoever dials is a stranger until a role says that it is known: it has a
 * channel, and has asked for something. A thousand idle strangers would else take every place that there is, and the memory
 * of their connections with it; so a new one takes the place of the oldest. A client is known within a second of its dial.
 */
export class Places implements Disposable {
  readonly #options: PlacesOptions;
  readonly #known = new BoundedMap<string, true>({ most: MOST_KNOWN });

  constructor(options: PlacesOptions) {
    this.#options = options;
    options.libp2p.addEventListener("connection:open", this.#onOpen);
  }

  /** The peer does business here: it keeps its place. */
  know(peerId: string): void {
    this.#known.set(peerId, true);
  }

  /** Whether it does. */
  isKnown(peerId: string): boolean {
    return this.#known.has(peerId);
  }

  [Symbol.dispose](): void {
    this.#options.libp2p.removeEventListener("connection:open", this.#onOpen);
  }

  readonly #onOpen = (): void => {
    const { libp2p, mostStrangers } = this.#options;
    const strangers = libp2p.getConnections().filter((connection) => this.#isStranger(connection));
    const tooMany = strangers.length - mostStrangers;
    if (tooMany <= 0) return;
    strangers.sort((a, b) => a.timeline.open - b.timeline.open);
    for (const connection of strangers.slice(0, tooMany))
      void connection.close().catch(() => connection.abort(new LloomError("RATE_LIMITED", "No place.")));
  };

  #isStranger({ direction, remotePeer }: Connection): boolean {
    return direction === "inbound" && !this.isKnown(remotePeer.toString());
  }
}
