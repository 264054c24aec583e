import { decodeCbor, encodeCbor } from "@lloom/protocol/cbor";
import { EVIDENCE_PROTOCOL, RPC_PROTOCOL } from "@lloom/protocol/names";
import { rpcErrorReplySchema } from "@lloom/protocol/rpc-messages";
import { asLloomError, LloomError } from "../../errors.ts";
import { FrameDecoder } from "../../p2p/frames/framing.ts";
import { connectAt, openStream } from "../../p2p/host/dial.ts";
import type { Host } from "../../p2p/host/host.ts";
import { readToEnd, sendAll } from "../../p2p/rpc/whole-stream.ts";

/** A node that is examined, by strangers that it has never seen: whoever breaks the protocol once is banned. */
export interface ExaminedPeer {
  readonly multiaddr: string;
  readonly signal: AbortSignal;
  /** A host with a key of its own; closed when the examination ends. */
  readonly stranger: () => Promise<Host>;
}

/** How long one answer is waited for: a little more than the protocol gives a call. */
const ANSWER_MS = 8_000;
const REPLY_BYTES = 1024 * 1024;
const FRAME_BYTES = 4 * 1024 * 1024;
const MOST_STREAMS = 32;

/** A stranger's connection to the node. */
export class Caller {
  readonly host: Host;
  readonly peerId: string;
  readonly #peer: ExaminedPeer;

  private constructor(peer: ExaminedPeer, host: Host, peerId: string) {
    this.#peer = peer;
    this.host = host;
    this.peerId = peerId;
  }

  /** Throws EXECUTOR_UNREACHABLE. */
  static async connect(peer: ExaminedPeer): Promise<Caller> {
    const host = await peer.stranger();
    return new Caller(peer, host, await connectAt(host, peer.multiaddr, peer.signal));
  }

  get isConnected(): boolean {
    return this.host.connected().includes(this.peerId);
  }

  /** Sends so many bytes as a call, and reads to the end. Throws STREAM_INTERRUPTED, EXECUTOR_TIMEOUT. */
  async send(bytes: Uint8Array): Promise<Uint8Array> {
    const signal = this.#until();
    const stream = await this.#open(RPC_PROTOCOL, signal);
    const reply = readToEnd(stream, REPLY_BYTES, signal);
    // Told below, also where sending fails: the node may have answered before it read all.
    reply.catch(() => undefined);
    await sendAll(stream, bytes, signal).catch(() => undefined);
    return reply;
  }

  /** The same of a message; what it says, decoded. */
  async call(message: Readonly<Record<string, unknown>>): Promise<unknown> {
    return decodeCbor(await this.send(encodeCbor(message)));
  }

  /** The code of the error that a call's bytes are answered with. Throws FRAME_INVALID where it is no error. */
  async errorOf(bytes: Uint8Array): Promise<string> {
    const reply = decodeCbor(await this.send(bytes));
    const said = rpcErrorReplySchema.safeParse(reply).data;
    if (said !== undefined) return said.error.code;
    throw new LloomError("FRAME_INVALID", "It is answered, and not with an error.");
  }

  /** Whether a protocol is spoken: a stream of it can be opened. */
  async speaks(protocol: string): Promise<boolean> {
    try {
      const stream = await this.#open(protocol, this.#until());
      stream.abort(new LloomError("CANCELLED", "It is there."));
      return true;
    } catch (thrown) {
      if (asLloomError(thrown).code === "CANCELLED") throw thrown;
      return false;
    }
  }

  /**
   * Sends bytes on a stream of frames, and reads until so many frames came, or the stream ended. Throws STREAM_INTERRUPTED for a stream
   * that is cut before the first, EXECUTOR_TIMEOUT.
   */
  async frames(protocol: string, bytes: Uint8Array, most = 1): Promise<readonly unknown[]> {
    const signal = this.#until();
    const stream = await this.#open(protocol, signal);
    const decoder = new FrameDecoder(FRAME_BYTES);
    const found: unknown[] = [];
    const { promise: done, resolve, reject } = Promise.withResolvers<void>();
    const take = (data: Uint8Array | Iterable<Uint8Array>): void => {
      for (const part of data instanceof Uint8Array ? [data] : data)
        for (const frame of decoder.push(part)) found.push(decodeCbor(frame));
      if (found.length >= most) resolve();
    };
    stream.addEventListener("message", ({ data }) => {
      try {
        take(data);
      } catch (thrown) {
        reject(thrown);
      }
    });
    for (const end of ["remoteCloseWrite", "close"] as const) stream.addEventListener(end, () => resolve());
    signal.addEventListener("abort", () => reject(new LloomError("EXECUTOR_TIMEOUT", "No answer came in time.")));
    stream.send(bytes);
    // A question for evidence ends its direction; requests go on.
    if (protocol === EVIDENCE_PROTOCOL) await stream.close({ signal }).catch(() => undefined);
    try {
      await done;
    } finally {
      if (stream.status === "open") stream.abort(new LloomError("CANCELLED", "Enough was heard."));
    }
    if (found.length > 0) return found;
    throw new LloomError("STREAM_INTERRUPTED", "The stream ended, and nothing was said.");
  }

  #until(): AbortSignal {
    return AbortSignal.any([this.#peer.signal, AbortSignal.timeout(ANSWER_MS)]);
  }

  #open(protocol: string, signal: AbortSignal) {
    const target = { peerId: this.peerId, multiaddrs: [this.#peer.multiaddr] };
    return openStream(this.host, { target, protocol, maxStreams: MOST_STREAMS, signal });
  }
}
