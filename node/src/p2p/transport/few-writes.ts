import type { ConnectionEncrypter, MessageStream, StreamMuxerFactory } from "@libp2p/interface";

/** What waits until the end of a turn, at most: then it goes out at once, so that memory stays small and the network busy. */
const MOST_BYTES = 64 * 1024;
/**
 * Window updates that are kept back may allow a peer so much more, in all. A peer has a window of 256 KiB and more, and is
 * stopped by nothing that is kept back here as long as this is a small part of it.
 */
const MOST_KEPT_WINDOW = 32 * 1024;

/** A header of yamux: version, type, two bytes of flags, four of the stream, four of the length. */
const YAMUX_HEADER_BYTES = 12;
const WINDOW_UPDATE = 1;

/**
 * Encryption whose every message is one write. It hands a message to the socket in up to four parts, and each would be a
 * system call and a packet of its own, and would wake the peer.
 */
export function writingWhole<Components>(
  create: (components: Components) => ConnectionEncrypter,
): (components: Components) => ConnectionEncrypter {
  return (components) => {
    const encrypter = create(components);
    const { secureInbound, secureOutbound } = encrypter;
    encrypter.secureInbound = (connection, options) => secureInbound.call(encrypter, whole(connection), options);
    encrypter.secureOutbound = (connection, options) => secureOutbound.call(encrypter, whole(connection), options);
    return encrypter;
  };
}

function whole(connection: MessageStream): MessageStream {
  const send = connection.send.bind(connection);
  connection.send = (data) => send(data.subarray());
  return connection;
}

/**
 * Yamux whose frames of one turn are encrypted and sent as one message. It answers each frame with a window update, which
 * hardly anybody waits for: it goes out with the next frame, or when enough have come together.
 */
export function sendingTogether<Components>(
  create: (components: Components) => StreamMuxerFactory,
): (components: Components) => StreamMuxerFactory {
  return (components) => {
    const factory = create(components);
    const { createStreamMuxer } = factory;
    factory.createStreamMuxer = (connection) => createStreamMuxer.call(factory, together(connection));
    return factory;
  };
}

function together(connection: MessageStream): MessageStream {
  const send = connection.send.bind(connection);
  const close = connection.close.bind(connection);
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let keptWindow = 0;
  let isScheduled = false;

  const flush = (): boolean => {
    const batch = Buffer.concat(waiting, waitingBytes);
    waiting = [];
    waitingBytes = 0;
    keptWindow = 0;
    // What a closed connection had to say has nobody to hear it.
    return batch.length === 0 || connection.status !== "open" ? !connection.writableNeedsDrain : send(batch);
  };
  const flushLater = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(() => {
      isScheduled = false;
      try {
        flush();
      } catch {
        // The connection was lost since: libp2p has ended it, and every stream of it, with what it threw here.
      }
    });
  };

  connection.send = (data) => {
    // It says itself why it takes no more.
    if (connection.status !== "open") return send(data);
    const frame = data.subarray();
    waiting.push(frame);
    waitingBytes += frame.length;
    keptWindow += windowOf(frame) ?? MOST_KEPT_WINDOW;
    if (waitingBytes >= MOST_BYTES) return flush();
    if (keptWindow >= MOST_KEPT_WINDOW) flushLater();
    return !connection.writableNeedsDrain;
  };
  connection.close = async (options) => {
    flush();
    await close(options);
  };
  return connection;
}

/** By how much a frame widens a window, if it does nothing else. */
function windowOf(frame: Uint8Array): number | undefined {
  if (frame.length !== YAMUX_HEADER_BYTES) return undefined;
  const header = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const hasFlags = header.getUint16(2) !== 0;
  return header.getUint8(1) === WINDOW_UPDATE && !hasFlags ? header.getUint32(8) : undefined;
}
