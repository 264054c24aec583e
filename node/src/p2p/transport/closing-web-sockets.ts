import { webSockets } from "@libp2p/websockets";
import type { Multiaddr } from "@multiformats/multiaddr";
import { multiaddrToUri } from "@multiformats/multiaddr-to-uri";
import { WebSocket } from "ws";
import { LloomError } from "../../errors.ts";

/** What the library closes a connection with that it breaks off. No program may say it, so that the platform's own stays open. */
const BROKEN_OFF = 1006;

/** One that ends at once when it is broken off, whatever its peer does. */
class ClosingWebSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    if (code === BROKEN_OFF) this.terminate();
    else super.close(code, reason);
  }
}

type DialOptions = Parameters<ReturnType<ReturnType<typeof webSockets>>["dial"]>[1];
type Upgrader = DialOptions["upgrader"];

interface ConnectOptions {
  readonly signal?: AbortSignal;
}

/**
 * WebSockets of libp2p that end. The library leaves one open for good whose dial is given up, as when another address of the same peer
 * was sooner, and one whose peer proves nothing: a command would never end, and a node would hold more of them every day.
 */
export function closingWebSockets(init?: Parameters<typeof webSockets>[0]): ReturnType<typeof webSockets> {
  return (components) => {
    const transport = webSockets(init)(components);
    const dial = transport.dial.bind(transport);
    return Object.assign(transport, {
      _connect: connect,
      dial: (address: Multiaddr, options: DialOptions) =>
        dial(address, { ...options, upgrader: endingUpgrader(options.upgrader) }),
    });
  };
}

/** Breaks a connection off that comes to nothing, as other transports do; a dial asks its upgrader for nothing else. */
const endingUpgrader = (upgrader: Upgrader): Upgrader => ({
  ...upgrader,
  upgradeOutbound: async (connection, options) => {
    try {
      return await upgrader.upgradeOutbound(connection, options);
    } catch (thrown) {
      connection.abort(thrown instanceof Error ? thrown : new LloomError("STREAM_INTERRUPTED", String(thrown)));
      throw thrown;
    }
  },
});

async function connect(address: Multiaddr, { signal }: ConnectOptions = {}): Promise<WebSocket> {
  signal?.throwIfAborted();
  const socket = new ClosingWebSocket(multiaddrToUri(address));
  socket.binaryType = "arraybuffer";
  const opened = Promise.withResolvers<void>();
  const givenUp = (): void => opened.reject(signal?.reason);
  socket.on("open", opened.resolve);
  // Also after it was open: its end is told apart, and an error that nobody hears ends the process.
  socket.on("error", (cause) =>
    opened.reject(
      new LloomError("STREAM_INTERRUPTED", `There is no WebSocket at ${address.toString()}: ${cause.message}`, {
        cause,
      }),
    ),
  );
  signal?.addEventListener("abort", givenUp, { once: true });
  try {
    await opened.promise;
    return socket;
  } catch (thrown) {
    socket.terminate();
    throw thrown;
  } finally {
    signal?.removeEventListener("abort", givenUp);
  }
}
