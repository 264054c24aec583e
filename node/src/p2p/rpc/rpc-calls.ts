import type { Hex } from "@lloom/protocol/commitment-types";
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
  decodeVocabularyReply,
  encodeRpcRequest,
} from "@lloom/protocol/wire";
import { asLloomError, LloomError } from "../../errors.ts";
import { openStream, type PeerTarget } from "../host/dial.ts";
import type { Host } from "../host/host.ts";
import { RPC_LIMITS } from "../limits.ts";
import type { OffersWanted } from "./offers-wanted.ts";
import { isViolation, readToEnd, sendAll } from "./whole-stream.ts";

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

const said = ({ code, message }: { code: LloomError["code"]; message: string }): LloomError =>
  new LloomError(code, `The peer answered: ${message}`);
