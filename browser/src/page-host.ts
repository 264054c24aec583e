import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { privateKeyFromRaw } from "@libp2p/crypto/keys";
import { identify } from "@libp2p/identify";
import type { Connection, Stream } from "@libp2p/interface";
import { type Ping, ping } from "@libp2p/ping";
import { webRTCDirect } from "@libp2p/webrtc";
import { webSockets } from "@libp2p/websockets";
import type { Address } from "@lloom/protocol/commitment-types";
import { addressFromPublicKey } from "@lloom/protocol/hex";
import { LloomError } from "@lloom/protocol/lloom-error";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p, type Libp2p } from "libp2p";
import type { Reached } from "./page-types.ts";

/** As the nodes have it: the most that an unread stream holds. */
const STREAM_WINDOW_BYTES = 256 * 1024;
/** What a page can dial. */
const DIALLED = /\/(ws|wss|webrtc-direct)(\/|$)/;

/** Addresses of these that a page can dial. */
export const pageAddresses = (multiaddrs: readonly string[]): string[] =>
  multiaddrs.filter((address) => DIALLED.test(address));

type Services = { readonly identify: unknown; readonly ping: Ping };

/** A libp2p host in a page, which dials and is never dialled. */
export class PageHost implements AsyncDisposable {
  readonly #libp2p: Libp2p<Services>;

  private constructor(libp2p: Libp2p<Services>) {
    this.#libp2p = libp2p;
  }

  /** Starts a host that is known by this secp256k1 key. Throws what libp2p throws for a key that is none. */
  static async start(secret: Uint8Array): Promise<PageHost> {
    const libp2p = await createLibp2p({
      privateKey: privateKeyFromRaw(secret),
      addresses: { listen: [] },
      transports: [webSockets(), webRTCDirect()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: STREAM_WINDOW_BYTES } })],
      // The library's own gater refuses loopback and plain WebSockets: a page dials what its owner names.
      connectionGater: { denyDialMultiaddr: () => false },
      services: { identify: identify(), ping: ping() },
    });
    return new PageHost(libp2p);
  }

  /** A stream to whoever answers at one of these addresses, the first that does. Throws EXECUTOR_UNREACHABLE. */
  async open(addresses: readonly string[], protocol: string, signal: AbortSignal): Promise<OpenedStream> {
    return this.#first(addresses, async (address) => {
      const { connection, peer } = await this.#dial(address, signal);
      return { stream: await connection.newStream(protocol, { signal }), peer };
    });
  }

  /** Dials whoever answers at one of these addresses, the first that does, and measures a round trip. Throws EXECUTOR_UNREACHABLE. */
  async reach(addresses: readonly string[], signal: AbortSignal): Promise<Reached> {
    return this.#first(addresses, async (address) => {
      const { connection, peer } = await this.#dial(address, signal);
      const roundTripMs = await this.#libp2p.services.ping.ping(connection.remotePeer, { signal });
      return { peer, peerId: connection.remotePeer.toString(), address, roundTripMs };
    });
  }

  async #first<T>(addresses: readonly string[], attempt: (address: string) => Promise<T>): Promise<T> {
    let cause: unknown;
    for (const address of pageAddresses(addresses)) {
      try {
        return await attempt(address);
      } catch (thrown) {
        cause = thrown;
      }
    }
    const why = cause instanceof Error ? cause.message : "it names no address that a page can dial";
    throw new LloomError("EXECUTOR_UNREACHABLE", `The peer cannot be reached: ${why}`, { cause });
  }

  async #dial(
    address: string,
    signal: AbortSignal,
  ): Promise<{ readonly connection: Connection; readonly peer: Address }> {
    const connection = await this.#libp2p.dial(multiaddr(address), { signal });
    const { remotePeer } = connection;
    if (remotePeer.type !== "secp256k1") throw new LloomError("FRAME_INVALID", "The peer has no account.");
    return { connection, peer: addressFromPublicKey(remotePeer.publicKey.raw) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#libp2p.stop();
  }
}

/** A stream, and whose account its other end is: that is proven by the connection. */
export interface OpenedStream {
  readonly stream: Stream;
  readonly peer: Address;
}
