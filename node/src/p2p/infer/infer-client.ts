import type { ExecutorFrame } from "@lloom/protocol/messages";
import { INFER_PROTOCOL } from "@lloom/protocol/names";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { isDirect, openStream, type PeerTarget } from "../host/dial.ts";
import type { Host } from "../host/host.ts";
import { INFER_POOL_LIMITS, type InferPoolLimits } from "../limits.ts";
import { ExecutorStream, type RequestBody } from "./executor-stream.ts";
import { Reply } from "./reply.ts";

/** Streams to one executor: one, and one more while a lost one is not yet noticed on the way. */
const MAX_STREAMS = 2;

export interface InferRequest {
  readonly target: PeerTarget;
  readonly frame: RequestBody;
  /**
   * Cancels: before the request went out, the answer ends with CANCELLED; after that the executor is told to stop, and its
   * frames go on until the last one, or `cancelGraceMs`.
   */
  readonly signal: AbortSignal;
}

/**
 * One stream to each executor, opened when needed and again when lost, or when a relay is needed no more: what is under way there
 * ends there. Disposing of it ends every answer. */
export interface InferPool extends AsyncDisposable {
  /**
   * Sends a request when the first frame is asked for. The last frame is `response` or `error`. Throws EXECUTOR_UNREACHABLE
   * when no frame came, STREAM_INTERRUPTED when the stream was lost between frames, FRAME_INVALID when the executor broke the
   * protocol, FRAME_TOO_LARGE, CANCELLED. Leaving the loop early cancels.
   */
  request(request: InferRequest): AsyncIterableIterator<ExecutorFrame>;
  /** Streams that are open. */
  streams(): number;
  /** What waits in memory: unread answers and unsent requests. */
  queuedBytes(): number;
}

interface PoolState {
  readonly host: Host;
  readonly limits: InferPoolLimits;
  readonly log: Log;
  readonly streams: Map<string, ExecutorStream>;
  readonly opening: Map<string, Promise<ExecutorStream>>;
  readonly closing: AbortController;
}

export function createInferPool(host: Host, log: Log, limits: Partial<InferPoolLimits> = {}): InferPool {
  const pool: PoolState = {
    host,
    limits: { ...INFER_POOL_LIMITS, ...limits },
    log,
    streams: new Map(),
    opening: new Map(),
    closing: new AbortController(),
  };
  return {
    request: (request) => startRequest(pool, request),
    streams: () => pool.streams.size,
    queuedBytes: () => [...pool.streams.values()].reduce((sum, stream) => sum + stream.queuedBytes, 0),
    [Symbol.asyncDispose]: async () => {
      pool.closing.abort();
      await Promise.allSettled(pool.opening.values());
      for (const stream of pool.streams.values()) stream.close(closed());
    },
  };
}

function startRequest(pool: PoolState, { target, frame, signal }: InferRequest): Reply {
  let sent: { stream: ExecutorStream; id: number } | undefined;
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    if (sent === undefined) {
      reply.fail(new LloomError("CANCELLED", "The caller cancelled."));
      return;
    }
    sent.stream.cancel(sent.id);
    const late = new LloomError("STREAM_INTERRUPTED", "The executor did not end the cancelled request in time.");
    grace = setTimeout(() => reply.fail(late), pool.limits.cancelGraceMs);
  };
  const start = async () => {
    const stream = await streamTo(pool, target);
    stream.whenRoom(() => {
      try {
        if (reply.isOpen) sent = { stream, id: stream.send(frame, reply) };
      } catch (thrown) {
        reply.fail(asLloomError(thrown, "FRAME_INVALID"));
      }
    });
  };
  const reply = new Reply({
    onStart: () => {
      if (signal.aborted) {
        stop();
        return;
      }
      signal.addEventListener("abort", stop, { once: true });
      start().catch((thrown: unknown) => reply.fail(asLloomError(thrown, "FRAME_INVALID")));
    },
    onUnread: (change) => sent?.stream.count(change),
    onComplete: () => {
      clearTimeout(grace);
      signal.removeEventListener("abort", stop);
    },
    onDone: () => sent?.stream.release(sent.id),
  });
  return reply;
}

/** The open stream to a peer, or the one that is being opened; requests that come together share it. */
async function streamTo(pool: PoolState, target: PeerTarget): Promise<ExecutorStream> {
  const open = pool.streams.get(target.peerId);
  if (open?.isOpen === true) {
    if (!open.isRelayed || !isDirect(pool.host, target.peerId)) return open;
    pool.streams.delete(target.peerId);
    open.retire();
  }
  const opening = pool.opening.get(target.peerId) ?? openTo(pool, target);
  pool.opening.set(target.peerId, opening);
  try {
    return await opening;
  } finally {
    if (pool.opening.get(target.peerId) === opening) pool.opening.delete(target.peerId);
  }
}

async function openTo(pool: PoolState, target: PeerTarget): Promise<ExecutorStream> {
  if (pool.closing.signal.aborted) throw closed();
  const stream = await openStream(pool.host, {
    target,
    protocol: INFER_PROTOCOL,
    maxStreams: MAX_STREAMS,
    signal: pool.closing.signal,
  });
  const opened: ExecutorStream = new ExecutorStream({
    stream,
    target,
    limits: pool.limits,
    isRelayed: !isDirect(pool.host, target.peerId),
    onViolation: (problem) => void pool.host.expel(target.peerId, problem),
    onClose: () => {
      if (pool.streams.get(target.peerId) === opened) pool.streams.delete(target.peerId);
    },
  });
  pool.streams.set(target.peerId, opened);
  pool.log.debug({ peer: target.peerId }, "stream to executor opened");
  return opened;
}

function closed(): LloomError {
  return new LloomError("CANCELLED", "This node is shutting down.");
}
