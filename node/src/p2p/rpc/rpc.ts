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
  decodeAcknowledgeReply,
  decodeAnswerReply,
  decodeEntrustReply,
  decodeEvidenceCallReply,
  decodeHealthReply,
  decodeOffersReply,
  decodeReachReply,
  decodeRpcRequest,
  decodeVocabularyReply,
  encodeAcknowledgeReply,
  encodeAnswerReply,
  encodeEntrustReply,
  encodeEvidenceCallReply,
  encodeHealthReply,
  encodeReachReply,
  encodeRpcRequest,
  encodeVocabularyReply,
} from "@lloom/protocol/wire";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { wallClock } from "../../primitives/clock.ts";
import { pause } from "../../primitives/pause.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import { openStream, type PeerTarget } from "../host/dial.ts";
import type { Host } from "../host/host.ts";
import { peerAddress } from "../host/peer-address.ts";
import { RPC_LIMITS, type RpcLimits, VOCABULARY_RATE } from "../limits.ts";
import { OffersReplies } from "./offers-reply.ts";
import type { OffersWanted } from "./offers-wanted.ts";
import { readToEnd, sendAll } from "./whole-stream.ts";

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

export interface CallOptions {
  readonly target: PeerTarget;
  readonly signal: AbortSignal;
}

/** The offers that a peer knows, all or those that are wanted. Throws EXECUTOR_UNREACHABLE, EXECUTOR_TIMEOUT, FRAME_INVALID, and what the peer says. */
export async function callOffers(host: Host, options: CallOptions & OffersWanted): Promise<SignedOffer[]> {
  const { model, executor } = options;
  const request: RpcRequest = {
    method: "offers",
    ...(model === undefined ? {} : { model }),
    ...(executor === undefined ? {} : { executor }),
  };
  const reply = await call(host, options, { request, decode: decodeOffersReply });
  if ("error" in reply) throw said(reply.error);
  return reply.offers;
}

/** How a peer says it is. Throws as `callOffers` does. */
export async function callHealth(host: Host, options: CallOptions): Promise<HealthReply> {
  const reply = await call(host, options, { request: { method: "health" }, decode: decodeHealthReply });
  if ("error" in reply) throw said(reply.error);
  return reply;
}

/** Tells an executor that its answer is here. Throws as `callOffers` does. */
export async function callAcknowledge(host: Host, options: CallOptions, ack: Acknowledgement): Promise<void> {
  const request: RpcRequest = { method: "acknowledge", ...ack };
  const reply = await call(host, options, { request, decode: decodeAcknowledgeReply });
  if ("error" in reply) throw said(reply.error);
}

/** Asks an executor for an answer once more. Throws as `callOffers` does. */
export async function callAnswer(host: Host, options: CallOptions, requestHash: Hex): Promise<AnswerReply> {
  const reply = await call(host, options, { request: { method: "answer", requestHash }, decode: decodeAnswerReply });
  if ("error" in reply) throw said(reply.error);
  return reply;
}

/** Hands a pair to a watchtower. Throws as `callOffers` does. */
export async function callEntrust(host: Host, options: CallOptions, pair: EntrustedPair): Promise<void> {
  const reply = await call(host, options, { request: { method: "entrust", ...pair }, decode: decodeEntrustReply });
  if ("error" in reply) throw said(reply.error);
}

/** Asks a validator to dial this node back. Throws as `callOffers` does. */
export async function callReach(host: Host, options: CallOptions, ends: readonly string[]): Promise<ReachReply> {
  const request: RpcRequest = { method: "reach", ends: [...ends] };
  const reply = await call(host, options, { request, decode: decodeReachReply });
  if ("error" in reply) throw said(reply.error);
  return reply;
}

/** Tells a juror that there is evidence of a dispute here, and keeps the connection over which it asks. Throws as `callOffers` does. */
export async function callEvidence(host: Host, options: CallOptions, dispute: Hex): Promise<EvidenceCallReply> {
  const request: RpcRequest = { method: "evidence", dispute };
  const reply = await call(host, options, { request, decode: decodeEvidenceCallReply });
  if ("error" in reply) throw said(reply.error);
  return reply;
}

/** A part of a vocabulary, from an offset. Throws as `callOffers` does, and MODEL_NOT_FOUND when the peer has none such. */
export async function callVocabulary(
  host: Host,
  options: CallOptions & { readonly hash: Hex; readonly offset: number },
): Promise<VocabularyReply> {
  const { hash, offset } = options;
  const request: RpcRequest = { method: "vocabulary", hash, offset };
  const reply = await call(host, options, { request, decode: decodeVocabularyReply });
  if ("error" in reply) throw said(reply.error);
  return reply;
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

interface UnaryCall<Reply> {
  readonly request: RpcRequest;
  readonly decode: (bytes: Uint8Array) => Reply;
}

async function call<Reply>(host: Host, options: CallOptions, { request, decode }: UnaryCall<Reply>): Promise<Reply> {
  const { target, signal } = options;
  const stream = await openStream(host, {
    target,
    protocol: RPC_PROTOCOL,
    maxStreams: RPC_LIMITS.callsPerPeer,
    signal,
  });
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(RPC_LIMITS.callTimeoutMs)]);
  try {
    const reading = readToEnd(stream, WIRE_LIMITS.rpcBytes, deadline);
    const [bytes] = await Promise.all([reading, sendAll(stream, encodeRpcRequest(request), deadline)]);
    return decode(bytes);
  } catch (thrown) {
    const problem = asLloomError(thrown, "FRAME_INVALID");
    stream.abort(problem);
    if (signal.aborted) throw new LloomError("CANCELLED", "The caller cancelled.", { cause: thrown });
    if (deadline.aborted) throw new LloomError("EXECUTOR_TIMEOUT", `Peer ${target.peerId} did not answer in time.`);
    if (isViolation(problem)) await host.expel(target.peerId, problem);
    throw problem;
  }
}

const isViolation = ({ code }: LloomError): boolean => code === "FRAME_INVALID" || code === "FRAME_TOO_LARGE";

const said = ({ code, message }: { code: LloomError["code"]; message: string }): LloomError =>
  new LloomError(code, `The peer answered: ${message}`);
