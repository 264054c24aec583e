import {
  type CreateListenerOptions,
  type DialTransportOptions,
  type Listener,
  type Logger,
  type MessageStreamDirection,
  type PeerId,
  type Transport,
  transportSymbol,
  type Upgrader,
} from "@libp2p/interface";
import { AbstractMultiaddrConnection, type SendResult } from "@libp2p/utils";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";

interface TransportComponents {
  readonly peerId: PeerId;
  readonly logger: { forComponent(name: string): Logger };
}

/** Whoever listens in memory. */
interface Place {
  readonly peer: PeerId;
  readonly upgrader: Upgrader;
  readonly log: Logger;
}

/**
 * A network within one process. Connections name their peers without proving anything and encrypt nothing. `@libp2p/memory` tells the other
 * side of every end, so that nobody could vanish there as a machine does that has lost its power: here, nothing that is
 * sent to it arrives or is refused, and whoever dials it waits until its own patience ends.
 */
export class MemoryNetwork {
  readonly #places = new Map<string, Place>();
  readonly #vanished = new Set<string>();
  /** Pieces of data that were sent. */
  sent = 0;

  /** No word of this peer from now on, and none to it. */
  vanish(peer: string): void {
    this.#vanished.add(peer);
  }

  has(peer: string): boolean {
    return !this.#vanished.has(peer);
  }

  /** Ways in and out of one host. */
  readonly transport = (components: TransportComponents): Transport => {
    const log = components.logger.forComponent("memory");
    const network = this;
    return {
      [transportSymbol]: true,
      [Symbol.toStringTag]: "memory",
      dial: (address, options) => network.#dial(address, { ...options, from: components.peerId, log }),
      createListener: ({ upgrader }: CreateListenerOptions) =>
        network.#listener({ peer: components.peerId, upgrader, log }),
      listenFilter: (addresses) => addresses.filter(isMemory),
      dialFilter: (addresses) => addresses.filter(isMemory),
    };
  };

  async #dial(address: Multiaddr, options: DialTransportOptions & { readonly from: PeerId; readonly log: Logger }) {
    const { from, log, signal, upgrader } = options;
    const name = nameOf(address);
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`Nobody has ever listened at ${address}.`);
    const [there, here] = [place.peer.toString(), from.toString()];
    if (!this.has(there) || !this.has(here)) await untilGivenUp(signal);
    const arrives = (): boolean => {
      this.sent += 1;
      return this.has(there) && this.has(here);
    };
    const out = new Wire(arrives, {
      direction: "outbound",
      remoteAddr: multiaddr(`/memory/${name}/p2p/${there}`),
      log,
    });
    const inside = new Wire(arrives, {
      direction: "inbound",
      remoteAddr: multiaddr(`/memory/${here}-out/p2p/${here}`),
      log: place.log,
    });
    out.other = inside;
    inside.other = out;
    const unproven = { skipEncryption: true, skipProtection: true } as const;
    place.upgrader
      .upgradeInbound(inside, { ...unproven, remotePeer: from, signal })
      .catch((thrown: Error) => inside.abort(thrown));
    try {
      return await upgrader.upgradeOutbound(out, { ...options, ...unproven, remotePeer: place.peer });
    } catch (thrown) {
      out.abort(thrown as Error);
      throw thrown;
    }
  }

  #listener(place: Place): Listener {
    const events = new EventTarget();
    const name = place.peer.toString();
    return Object.assign(events as unknown as Listener, {
      listen: async () => {
        this.#places.set(name, place);
        queueMicrotask(() => events.dispatchEvent(new Event("listening")));
      },
      getAddrs: () => [multiaddr(`/memory/${name}`)],
      updateAnnounceAddrs: () => undefined,
      close: async () => void events.dispatchEvent(new Event("close")),
    });
  }
}

const isMemory = (address: Multiaddr): boolean => address.getComponents()[0]?.name === "memory";
const nameOf = (address: Multiaddr): string => address.getComponents()[0]?.value ?? "";

const untilGivenUp = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const giveUp = (): void => reject(signal.reason);
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });

/** One end of a connection. */
class Wire extends AbstractMultiaddrConnection {
  other: Wire | undefined;
  readonly #arrives: () => boolean;

  constructor(
    arrives: () => boolean,
    init: { readonly direction: MessageStreamDirection; readonly remoteAddr: Multiaddr; readonly log: Logger },
  ) {
    super(init);
    this.#arrives = arrives;
  }

  override sendData(data: Parameters<AbstractMultiaddrConnection["sendData"]>[0]): SendResult {
    // The list is emptied as soon as this returns; its bytes stay as they are.
    const bytes = data.subarray();
    this.#later((other) => other.onData(bytes));
    return { sentBytes: bytes.length, canSendMore: true };
  }

  override sendReset(): void {
    this.#later((other) => other.onRemoteReset());
  }

  override async sendClose(): Promise<void> {
    this.#later((other) => other.onTransportClosed());
  }

  override sendPause(): void {}
  override sendResume(): void {}

  #later(act: (other: Wire) => void): void {
    const { other } = this;
    if (other === undefined || !this.#arrives()) return;
    queueMicrotask(() => {
      if (other.status === "open") act(other);
    });
  }
}
