import type { Stream } from "@libp2p/interface";
import { EVIDENCE_LIMITS, type EvidenceAsk, type EvidencePart } from "@lloom/protocol/evidence-messages";
import { decodeEvidencePart, encodeEvidenceAsk } from "@lloom/protocol/evidence-wire";
import { EVIDENCE_PROTOCOL } from "@lloom/protocol/names";
import { LloomError } from "../../errors.ts";
import { FrameStream } from "../frames/frame-stream.ts";
import { openStream, type PeerTarget } from "../host/dial.ts";
import type { Host } from "../host/host.ts";
import { EVIDENCE_ASK_LIMITS, EVIDENCE_TURN_LIMITS, type EvidenceAskLimits } from "../limits.ts";
import { type EndTurn, PeerTurns } from "./peer-turns.ts";

const FAREWELL_MS = 1_000;
/** All questions of a host, whichever part of it asks: the other side counts them together. */
const turnsOf = new WeakMap<Host, PeerTurns>();

export interface EvidenceCall {
  readonly target: PeerTarget;
  readonly ask: EvidenceAsk;
  /** Takes each part as it comes; what it throws ends the call. */
  readonly take: (part: EvidencePart) => void;
  readonly signal: AbortSignal;
  readonly limits?: Partial<EvidenceAskLimits>;
}

/**
 * Asks a peer for evidence, when it is this question's turn; resolves when the last part has been taken. Throws what `take` throws,
 * EXECUTOR_UNREACHABLE, EXECUTOR_TIMEOUT for who is slow, STREAM_INTERRUPTED for who breaks off, RATE_LIMITED where too many wait here,
 * CANCELLED, FRAME_INVALID, FRAME_TOO_LARGE: who breaks the protocol is avoided for a while.
 */
export async function askEvidence(host: Host, call: EvidenceCall): Promise<void> {
  const { target, signal } = call;
  const turns = turnsOf.get(host) ?? new PeerTurns(EVIDENCE_TURN_LIMITS);
  turnsOf.set(host, turns);
  const endTurn = await turns.take(target.peerId, signal);
  const options = { target, protocol: EVIDENCE_PROTOCOL, maxStreams: EVIDENCE_TURN_LIMITS.atATime, signal };
  const stream = await openStream(host, options).catch((thrown: unknown) => {
    endTurn();
    throw thrown;
  });
  try {
    await converse(stream, call, endTurn);
  } catch (thrown) {
    const isViolation =
      thrown instanceof LloomError && (thrown.code === "FRAME_INVALID" || thrown.code === "FRAME_TOO_LARGE");
    if (isViolation) await host.expel(target.peerId, thrown);
    throw thrown;
  }
}

/** Its turn ends with the stream: what is not closed yet counts as open. */
async function converse(
  stream: Stream,
  { target, ask, take, signal, ...call }: EvidenceCall,
  endTurn: EndTurn,
): Promise<void> {
  const limits = { ...EVIDENCE_ASK_LIMITS, ...call.limits };
  const over = Promise.withResolvers<void>();
  const outgoing = [encodeEvidenceAsk(ask)];
  const slow = (): void => over.reject(new LloomError("EXECUTOR_TIMEOUT", `Peer ${target.peerId} is too slow.`));
  const onAbort = (): void => over.reject(new LloomError("CANCELLED", "The caller cancelled."));
  const brokeOff = (cause?: Error): void =>
    over.reject(new LloomError("STREAM_INTERRUPTED", "The answer broke off.", { cause }));
  const whole = setTimeout(slow, limits.answerMs);
  const silence = setTimeout(slow, limits.frameMs);
  let isOver = false;
  let isClosed = false;
  let lingering: NodeJS.Timeout | undefined;
  const frames = new FrameStream(
    stream,
    { maxFrameBytes: EVIDENCE_LIMITS.frameBytes, frameMs: limits.frameMs },
    {
      onFrame: (bytes) => {
        silence.refresh();
        const part = decodeEvidencePart(bytes);
        take(part);
        isOver = part.type === "end";
        if (isOver) over.resolve();
      },
      nextFrame: () => outgoing.shift(),
      onViolation: over.reject,
      onRemoteEnd: () => undefined,
      onClose: (cause) => {
        isClosed = true;
        clearTimeout(lingering);
        endTurn();
        brokeOff(cause);
      },
    },
  );
  // After all that came was read. It may have ended while the stream was being opened, and what it said waits for this turn.
  stream.addEventListener("end", () => brokeOff(), { once: true });
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    if (stream.readableEnded) setImmediate(brokeOff);
    if (signal.aborted) onAbort();
    frames.wake();
    await over.promise;
  } finally {
    clearTimeout(whole);
    clearTimeout(silence);
    signal.removeEventListener("abort", onAbort);
    const leave = (): void => frames.abort(new LloomError("STREAM_INTERRUPTED", "Nothing more is wanted."));
    if (isOver) {
      // A peer that does not close its side holds no turn.
      if (!isClosed) lingering = setTimeout(leave, FAREWELL_MS);
      void frames.finish(FAREWELL_MS);
    } else leave();
  }
}
