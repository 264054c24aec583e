/** The calls of /lloom/rpc/1 and their answers: a schema each, parsed on arrival. How they travel: `messages.ts`. */
import { z } from "zod";
import {
  addressSchema,
  errorCode,
  hash,
  modelName,
  requestCommitmentSchema,
  responseCommitmentSchema,
  signatureSchema,
  signedOfferSchema,
  text,
  unsigned,
  WIRE_LIMITS,
} from "./messages.ts";

/** Ends of addresses that one call may ask about. */
const MOST_ENDS = 4;
/** What follows the host in the multiaddr of a listener. */
const listeningEnd = z
  .string()
  .max(200)
  .regex(/^\/(tcp\/\d{1,5}(\/ws|\/tls\/ws)?|udp\/\d{1,5}\/webrtc-direct(\/certhash\/[\w-]+)*)$/);

export const rpcRequestSchema = z.discriminatedUnion("method", [
  z.object({ method: z.literal("offers"), model: modelName.optional(), executor: addressSchema.optional() }),
  z.object({ method: z.literal("health") }),
  /** A client has the last answer of a lane: `ResponseAck`, signed by it. */
  z.object({ method: z.literal("acknowledge"), requestHash: hash, responseHash: hash, signature: signatureSchema }),
  /** A client asks again for an answer that did not come whole. */
  z.object({ method: z.literal("answer"), requestHash: hash }),
  /** A part of a vocabulary that a profile names. */
  z.object({ method: z.literal("vocabulary"), hash, offset: z.number().int().min(0).max(WIRE_LIMITS.vocabularyBytes) }),
  /**
   * Asks to be dialled back at the address that this call comes from, at these ends of multiaddrs: `/tcp/4001`,
   * `/tcp/4002/ws`. They name no host, so that nobody else can be made to be dialled.
   */
  z.object({ method: z.literal("reach"), ends: z.array(listeningEnd).min(1).max(MOST_ENDS) }),
  /** A party of a measured dispute has evidence of it, and can be asked over this connection: nobody else may reach it. */
  z.object({ method: z.literal("evidence"), dispute: hash }),
  /** An executor hands the newest pair of a lane to a watchtower. */
  z.object({
    method: z.literal("entrust"),
    request: requestCommitmentSchema,
    response: responseCommitmentSchema,
    clientSignature: signatureSchema,
    executorSignature: signatureSchema,
    /** The client's, over `ResponseAck` of this response. */
    acknowledgement: signatureSchema.optional(),
    /** The executor's, over the `Withdrawal` of `watchtower-fee.ts`. */
    fee: z.object({ amount: unsigned(96).min(1n), signature: signatureSchema }).optional(),
  }),
]);
export type RpcRequest = z.infer<typeof rpcRequestSchema>;
export type Acknowledgement = Omit<Extract<RpcRequest, { readonly method: "acknowledge" }>, "method">;
/** A signed pair in a watchtower's care: hashes and money, no text. */
export type EntrustedPair = Omit<Extract<RpcRequest, { readonly method: "entrust" }>, "method">;

export const offersReplySchema = z.object({ offers: z.array(signedOfferSchema).max(WIRE_LIMITS.offers) });

export const vocabularyReplySchema = z.object({
  /** Of the whole. */
  totalBytes: z.number().int().min(1).max(WIRE_LIMITS.vocabularyBytes),
  /** From the offset on: at least one, unless the whole ends there. */
  bytes: z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length <= WIRE_LIMITS.vocabularyChunkBytes,
    { message: `must be at most ${WIRE_LIMITS.vocabularyChunkBytes} bytes` },
  ),
});
/** A part of a vocabulary. */
export type VocabularyReply = z.infer<typeof vocabularyReplySchema>;

export const healthReplySchema = z.object({
  role: z.enum(["executor", "validator", "client"]),
  version: z.string().max(64),
  uptimeMs: z.number().int().min(0),
  peers: z.number().int().min(0),
  /** Known offers, or own. */
  offers: z.number().int().min(0),
  load: z.number().int().min(0),
  /** Unix milliseconds, by the clock of who answers: so the caller learns that its own is wrong. */
  nowMs: z.number().int().min(0).optional(),
});
export type HealthReply = z.infer<typeof healthReplySchema>;

export const reachReplySchema = z.object({
  /** The host that the call came from, as the beginning of a multiaddr. */
  from: z.string().max(64),
  /** Of the ends that were asked about, those at which the caller answered. */
  reached: z.array(listeningEnd).max(MOST_ENDS),
});
/** Where a node was found when it was dialled back. */
export type ReachReply = z.infer<typeof reachReplySchema>;

export const acknowledgeReplySchema = z.object({ acknowledged: z.literal(true) });
/** Whether the juror looks for evidence yet; without, it has decided. */
export const evidenceCallReplySchema = z.object({ wanted: z.boolean() });
export type EvidenceCallReply = z.infer<typeof evidenceCallReplySchema>;
export const entrustReplySchema = z.object({ entrusted: z.literal(true) });
export const answerReplySchema = z.object({
  response: responseCommitmentSchema,
  signature: signatureSchema,
  contentSalt: hash,
  text: text(WIRE_LIMITS.rpcBytes),
});
export type AnswerReply = z.infer<typeof answerReplySchema>;
export const rpcErrorReplySchema = z.object({ error: z.object({ code: errorCode, message: z.string().max(1000) }) });
export type RpcErrorReply = z.infer<typeof rpcErrorReplySchema>;
