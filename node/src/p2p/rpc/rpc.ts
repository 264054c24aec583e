import type { Connection, Stream } from "@libp2p/interface";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { type SignedOffer, WIRE_LIMITS } from "@lloom/protocol/messages";
import { RPC_PROTOCOL } from "@lloom/protocol/names";
import type {
  Acknowledgement,
  AnswerReply,
  EntrustedPair,
  EvidenceCallReply,
  HealthReply,
  ReachReply,
  RpcRequest,
  VocabularyReply,
} from "@lloom/protocol/rpc-messages";
import {
  decodeRpcRequest,
  encodeAcknowledgeReply,
  encodeAnswerReply,
  encodeEntrustReply,
  encodeEvidenceCallReply,
  encodeHealthReply,
  encodeReachReply,
  encodeVocabularyReply,
} from "@lloom/protocol/wire";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { wallClock } from "../../primitives/clock.ts";
import { pause } from "../../primitives/pause.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import type { Host } from "../host/host.ts";
import { peerAddress } from "../host/peer-address.ts";
import { RPC_LIMITS, type RpcLimits, VOCABULARY_RATE } from "../limits.ts";
import { OffersReplies } from "./offers-reply.ts";
import type { OffersWanted } from "./offers-wanted.ts";
import { isViolation, readToEnd, sendAll } from "./whole-stream.ts";

/** How long a peer that is going to be disconnected may take to read why. */
const FAREWELL_MS = 200;
/** A request is a method and a model's name; only replies may be as large as a message. */
const REQUEST_BYTES = 4 * 1024;
const REMEMBERED_PEERS = 1024;
const MAX_MESSAGE = 1000;

/** What a call may be refused with; every other failure stays inside. */
const SAID: ReadonlySet<ErrorCode> = new Set([
  "REQUEST_INVALID",
  "SIGNATURE_INVALID",
  "UNSUPPORTED",
  "MODEL_NOT_FOUND",
  "EVIDENCE_REFUSED",
]);

export interface RpcHandlers {
  readonly offers: (wanted: OffersWanted) => readonly SignedOffer[];
  readonly health?: () => HealthReply;
  /** Keeps a client's acknowledgement; throws REQUEST_INVALID or SIGNATURE_INVALID. Executors alone have it. */
  readonly acknowledge?: (ack: Acknowledgement) => void;
  /** An answer once more, for its own client; throws REQUEST_INVALID. Executors alone have it. */
  readonly answer?: (requestHash: Hex, client: Address) => AnswerReply;
  /** Takes a pair into care, from its executor; throws UNSUPPORTED or REQUEST_INVALID. Watchtowers alone have it. */
  readonly entrust?: (pair: EntrustedPair, executor: Address) => void;
  /** A party of a dispute can be asked for its evidence now; throws EVIDENCE_REFUSED. Jurors alone have it. */
  readonly evidence?: (dispute: Hex, party: Address) => EvidenceCallReply;
  /** A part of a vocabulary by its SHA-256, from an offset on, of whoever has it. */
  readonly vocabulary?: (hash: Hex, offset: number) => VocabularyReply | undefined;
  /** Dials a caller back; throws RATE_LIMITED. Validators alone have it. */
  readonly reach?: (ends: readonly string[], caller: Connection) => Promise<ReachReply>;
  readonly limits?: Partial<RpcLimits>;
  readonly log: Log;
}

/** Serves unary calls: bare CBOR, each direction to the end of the stream. */
export async function serveRpc(host: Host, handlers: RpcHandlers): Promise<AsyncDisposable> {
  const limits = { ...RPC_LIMITS, ...handlers.limits };
  const rates = new BoundedMap<string, TokenBucket>({ most: REMEMBERED_PEERS, isHeld: (rate) => !rate.isFull });
  const replies = new OffersReplies(handlers.offers);
  const parts = new TokenBucket(VOCABULARY_RATE);
  const newRate = (): TokenBucket => new TokenBucket({ perSecond: limits.callsPerSecond, burst: limits.callBurst });
  const serve = async (stream: Stream, connection: Connection) => {
    const peerId = connection.remotePeer.toString();
    const signal = AbortSignal.timeout(limits.callTimeoutMs);
    try {
      if (host.isBanned(peerId)) throw new LloomError("RATE_LIMITED", "The peer is banned.");
      const problem = await serveCall(stream, {
        ...{ host, handlers, replies, parts, peerId, connection, signal },
        rate: rates.getOrInsert(peerId, newRate),
      });
      if (problem !== undefined) await host.expel(peerId, problem, pause(FAREWELL_MS));
    } catch (cause) {
      // Too slow, or gone: its own loss.
      stream.abort(asLloomError(cause, "FRAME_INVALID"));
    }
  };
  await host.libp2p.handle(RPC_PROTOCOL, serve, {
    maxInboundStreams: limits.callsPerPeer,
    maxOutboundStreams: limits.callsPerPeer,
    runOnLimitedConnection: true,
  });
  return { [Symbol.asyncDispose]: () => host.libp2p.unhandle(RPC_PROTOCOL) };
}

interface Served {
  readonly host: Host;
  readonly handlers: RpcHandlers;
  readonly replies: OffersReplies;
  readonly peerId: string;
  readonly connection: Connection;
  /** Parts of vocabularies, which are large, for all peers together. */
  readonly parts: TokenBucket;
  readonly rate: TokenBucket;
  readonly signal: AbortSignal;
}

/** Answers one call; returns how the peer broke the protocol, if it did. */
async function serveCall(stream: Stream, served: Served): Promise<LloomError | undefined> {
  const { parts, rate, signal } = served;
  let violation: LloomError | undefined;
  let reply: Uint8Array;
  try {
    const request = decodeRpcRequest(await readToEnd(stream, REQUEST_BYTES, signal));
    if (!rate.take()) throw new LloomError("RATE_LIMITED", "Too many calls.");
    if (request.method === "vocabulary" && !parts.take())
      throw new LloomError("RATE_LIMITED", "Too many vocabularies.");
    reply = request.method === "reach" ? await reachOf(request.ends, served) : replyTo(request, served);
  } catch (thrown) {
    const problem = asLloomError(thrown, "FRAME_INVALID");
    if (signal.aborted || stream.status !== "open") throw problem;
    if (isViolation(problem)) violation = problem;
    reply = encodeHealthReply({ error: { code: problem.code, message: problem.message.slice(0, MAX_MESSAGE) } });
  }
  await sendAll(stream, reply, signal);
  return violation;
}

async function reachOf(ends: readonly string[], { handlers, connection }: Served): Promise<Uint8Array> {
  const { reach = unsupported } = handlers;
  return encodeReachReply(await reach(ends, connection));
}

function replyTo(
  request: Exclude<RpcRequest, { readonly method: "reach" }>,
  { host, handlers, replies, peerId }: Served,
): Uint8Array {
  const { health = unsupported, acknowledge = unsupported, answer = unsupported, entrust = unsupported } = handlers;
  const { evidence = unsupported } = handlers;
  try {
    if (request.method === "health") return encodeHealthReply({ nowMs: wallClock(), ...health() });
    if (request.method === "offers") return replies.reply(request);
    if (request.method === "vocabulary") return encodeVocabularyReply(partOf(handlers, request));
    if (request.method === "answer") return encodeAnswerReply(answer(request.requestHash, peerAddress(peerId)));
    if (request.method === "entrust") {
      entrust(request, peerAddress(peerId));
      return encodeEntrustReply({ entrusted: true });
    }
    if (request.method === "evidence") {
      const reply = evidence(request.dispute, peerAddress(peerId));
      // The way back to it is this connection alone.
      host.know(peerId);
      return encodeEvidenceCallReply(reply);
    }
    acknowledge(request);
    return encodeAcknowledgeReply({ acknowledged: true });
  } catch (thrown) {
    if (thrown instanceof LloomError && SAID.has(thrown.code)) throw thrown;
    handlers.log.error({ err: thrown, method: request.method }, "a call's handler failed");
    throw new LloomError("INTERNAL", "The call failed.");
  }
}

function unsupported(): never {
  throw new LloomError("UNSUPPORTED", "This node does not answer this call.");
}

function partOf(
  { vocabulary }: Pick<RpcHandlers, "vocabulary">,
  { hash, offset }: { readonly hash: Hex; readonly offset: number },
): VocabularyReply {
  const part = vocabulary?.(hash, offset);
  if (part === undefined) throw new LloomError("MODEL_NOT_FOUND", "Nobody here has this vocabulary.");
  return part;
}

/** Whole vocabularies in parts. */
export const inParts =
  (wholeOf: (hash: Hex) => Uint8Array | undefined): NonNullable<RpcHandlers["vocabulary"]> =>
  (hash, offset) => {
    const whole = wholeOf(hash);
    const bytes = whole?.subarray(offset, offset + WIRE_LIMITS.vocabularyChunkBytes);
    return whole && bytes && { totalBytes: whole.length, bytes };
  };
