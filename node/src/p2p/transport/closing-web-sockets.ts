import { webSockets } from "@libp2p/websockets";
import type { Multiaddr } from "@multiformats/multiaddr";
import { multiaddrToUri } from "@multiformats/multiaddr-to-uri";
import { LloomError } from "../../errors.ts";

/** What the library asks a connection to end with when it breaks it off, which no program may say. */
const BROKEN_OFF = 1006;

/** One that really ends when it is broken off. */
class ClosingWebSocket extends WebSocket {
  override close(code?: number, reason?: string): void {
    if (code === undefined || code === BROKEN_OFF) super.close();
    else super.close(code, reason);
  }
}

interface ConnectOptions {
  readonly signal?: AbortSignal;
}

/**
 * WebSockets of libp2p that end. The library leaves one open for good whose dial is given up, as when another address of the same peer
 * was sooner, and one that it breaks off: a command would never end, and a node would hold more of them every day.
 */
export function closingWebSockets(init?: Parameters<typeof webSockets>[0]): ReturnType<typeof webSockets> {
  return (components) => Object.assign(webSockets(init)(components), { _connect: connect });
}

async function connect(address: Multiaddr, { signal }: ConnectOptions = {}): Promise<WebSocket> {
  signal?.throwIfAborted();
  const socket = new ClosingWebSocket(multiaddrToUri(address));
  socket.binaryType = "arraybuffer";
  const opened = Promise.withResolvers<void>();
  const failed = (): void =>
    opened.reject(new LloomError("STREAM_INTERRUPTED", `There is no WebSocket at ${address.toString()}.`));
  const givenUp = (): void => opened.reject(signal?.reason);
  socket.addEventListener("open", () => opened.resolve(), { once: true });
  socket.addEventListener("error", failed, { once: true });
  signal?.addEventListener("abort", givenUp, { once: true });
  try {
    await opened.promise;
    return socket;
  } catch (thrown) {
    socket.close();
    throw thrown;
  } finally {
    socket.removeEventListener("error", failed);
    signal?.removeEventListener("abort", givenUp);
  }
}
