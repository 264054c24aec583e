/**
 * The frames of /lloom/infer/1 and what they share with the calls of /lloom/rpc/1 (`rpc-messages.ts`): a schema each, parsed on
 * arrival.
 *
 * On the wire everything is CBOR with text keys; hashes, addresses and signatures travel as byte strings, integers of the
 * signed types as CBOR integers (bigint here), so that a peer in another language needs no hex. `wire.ts` encodes and
 * decodes; inside, the types below are true. Keys that a schema does not know are dropped: a newer peer may send more.
 */
import { z } from "zod";
import type {
  Address,
  CompactSignature,
  Hex,
  ModelOffer,
  RequestCommitment,
  ResponseCommitment,
} from "./commitment-types.ts";
import { FINISH_REASONS } from "./commitment-types.ts";
import type { ErrorCode } from "./error-codes.ts";
import { ERROR_CODES } from "./error-codes.ts";
import { answerSettings, settingsProblem } from "./form/answer-settings.ts";

/** Limits on everything that a peer may send. */
export const WIRE_LIMITS = {
  /** One frame: a prompt of a long context, with room. */
  frameBytes: 4 * 1024 * 1024,
  /** One unary message. */
  rpcBytes: 1024 * 1024,
  /** One gossiped offer. */
  offerBytes: 8 * 1024,
  messages: 1024,
  modelNameBytes: 200,
  /** UTF-8 of the text of one coalesced token frame. */
  tokenTextBytes: 64 * 1024,
  /** What changes a model's logits, as text beside an offer. */
  profileBytes: 2048,
  /** A vocabulary, and one part of it. The largest in use take half of that. */
  vocabularyBytes: 32 * 1024 * 1024,
  vocabularyChunkBytes: 256 * 1024,
  /** Addresses in an offer. */
  multiaddrs: 16,
  /** Offers in one answer. */
  offers: 512,
} as const;

const hex = (bytes: number) => {
  const pattern = new RegExp(`^0x[0-9a-f]{${bytes * 2}}$`);
  return z.custom<Hex>((value) => typeof value === "string" && pattern.test(value), {
    message: `must be ${bytes} bytes`,
  });
};
/** 32 bytes. */
export const hash: z.ZodType<Hex> = hex(32);
/** 32 bytes that make a text's hash impossible to guess. */
export const saltSchema: z.ZodType<Hex> = hash;
/** 20 bytes. */
export const addressSchema: z.ZodType<Address> = hex(20);
/** An integer of a signed type. */
export const unsigned = (bits: number) =>
  z
    .bigint()
    .min(0n)
    .max((1n << BigInt(bits)) - 1n);
const utf8 = new TextEncoder();
/** Text of so many bytes of UTF-8 at most. */
export const text = (maxBytes: number) =>
  z.string().refine((value) => value.length <= maxBytes / 3 || utf8.encode(value).length <= maxBytes, {
    message: `must be at most ${maxBytes} bytes`,
  });
export const modelName = text(WIRE_LIMITS.modelNameBytes).min(1);

/** `(r, vs)` of ERC-2098. */
export const signatureSchema = z.object({ r: hash, vs: hash }) satisfies z.ZodType<CompactSignature>;

export const requestCommitmentSchema = z.object({
  client: addressSchema,
  executor: addressSchema,
  model: modelName,
  promptHash: hash,
  paramsHash: hash,
  maxInboundTokens: unsigned(32),
  maxOutboundTokens: unsigned(32),
  inboundPrice: unsigned(96),
  outboundPrice: unsigned(96),
  lane: unsigned(64),
  nonce: unsigned(32).min(1n),
  ackedCost: unsigned(96),
  costCap: unsigned(96),
  prevResponseHash: hash,
  deadline: unsigned(40),
}) satisfies z.ZodType<RequestCommitment>;

export const responseCommitmentSchema = z.object({
  requestHash: hash,
  contentHash: hash,
  deliveryHash: hash,
  traceRoot: hash,
  inboundTokens: unsigned(32),
  outboundTokens: unsigned(32),
  cumulativeCost: unsigned(96),
  cumulativeInbound: unsigned(64),
  cumulativeOutbound: unsigned(64),
  timestamp: unsigned(40),
  finishReason: unsigned(8).max(BigInt(FINISH_REASONS.length - 1)),
}) satisfies z.ZodType<ResponseCommitment>;

export const modelOfferSchema = z.object({
  executor: addressSchema,
  offerId: unsigned(64),
  model: modelName,
  weightsHash: hash,
  profileHash: hash,
  inboundPrice: unsigned(96),
  outboundPrice: unsigned(96),
  maxContext: unsigned(32),
  validUntil: unsigned(40),
}) satisfies z.ZodType<ModelOffer>;

/* WHAT IS ASKED */

export const chatMessageSchema = z.object({
  /** `tools`: the functions that may be called; `tool`: what a call gave (`tools.ts`). */
  role: z.enum(["system", "user", "assistant", "tools", "tool"]),
  content: z.string(),
});
/** One turn of a conversation, or its functions. */
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/** Sampling parameters; all that can change an answer. Fractions are integers of a thousandth, so that they hash alike. */
const samplingFields = z.object({
  temperatureMilli: z.number().int().min(0).max(2000),
  topPMilli: z.number().int().min(0).max(1000),
  topK: z.number().int().min(0).max(1_000_000),
  /** Absent: the executor draws one. */
  seed: z.number().int().min(0).max(0xffff_ffff).optional(),
  stop: z.array(z.string().min(1).max(256)).max(4),
  responseFormat: z.enum(["text", "json"]),
  ...answerSettings,
});
export type Sampling = z.infer<typeof samplingFields>;

/** Names of all parameters that this version knows; it refuses every other. */
export const SAMPLING_FIELDS = Object.keys(samplingFields.shape) as readonly (keyof Sampling)[];

/** Fields that are not known stay: whoever answers has to refuse them, since they might change the answer. */
export const samplingSchema: z.ZodType<Sampling> = samplingFields.loose().superRefine((sampling, context) => {
  const message = settingsProblem(sampling);
  if (message !== undefined) context.addIssue(message);
});

/** A parameter that this version does not know, or `undefined`. */
export const unknownParameter = (sampling: Sampling): string | undefined =>
  Object.keys(sampling).find((name) => !(SAMPLING_FIELDS as readonly string[]).includes(name));

/**
 * `paramsHash` is taken over this: sampling, which weights and settings the client was offered, and which offer it accepts.
 * The offer makes a request one for a single run of the executor: a process answers only to offers that it made itself.
 */
export interface RequestParams {
  readonly sampling: Sampling;
  readonly weightsHash: Hex;
  readonly profileHash: Hex;
  /** EIP-712 digest of the accepted offer. */
  readonly offerHash: Hex;
}

/* FRAMES OF /lloom/infer/1 */

/** Chosen by the client, unique among its requests on the stream. */
const id = z.number().int().min(0).max(0xffff_ffff);

export const requestFrameSchema = z.object({
  type: z.literal("request"),
  id,
  request: requestCommitmentSchema,
  signature: signatureSchema,
  promptSalt: hash,
  messages: z.array(chatMessageSchema).min(1).max(WIRE_LIMITS.messages),
  sampling: samplingSchema,
  weightsHash: hash,
  profileHash: hash,
  offerHash: hash,
});
/** A signed request with what was asked. */
export type RequestFrame = z.infer<typeof requestFrameSchema>;

/** The client wants no more tokens; the executor answers with a response over what it produced. */
export const cancelFrameSchema = z.object({ type: z.literal("cancel"), id });

export const statusFrameSchema = z.object({
  type: z.literal("status"),
  id,
  state: z.enum(["queued", "running"]),
  /** Requests before this one; 0 when running. */
  position: z.number().int().min(0),
});
export type StatusFrame = z.infer<typeof statusFrameSchema>;

export const tokenFrameSchema = z.object({
  type: z.literal("token"),
  id,
  /** One or more tokens' text. */
  text: text(WIRE_LIMITS.tokenTextBytes),
});
export type TokenFrame = z.infer<typeof tokenFrameSchema>;

export const responseFrameSchema = z.object({
  type: z.literal("response"),
  id,
  response: responseCommitmentSchema,
  signature: signatureSchema,
  contentSalt: hash,
});
/** The executor's signature over what it delivered; the last frame of a request. */
export type ResponseFrame = z.infer<typeof responseFrameSchema>;

export const errorCode = z.custom<ErrorCode>((value) => typeof value === "string" && Object.hasOwn(ERROR_CODES, value));
/** The request failed and costs nothing; the last frame of a request. */
export const errorFrameSchema = z.object({
  type: z.literal("error"),
  id,
  code: errorCode,
  message: z.string().max(1000),
});

export const clientFrameSchema = z.discriminatedUnion("type", [requestFrameSchema, cancelFrameSchema]);
/** What a client sends. */
export type ClientFrame = z.infer<typeof clientFrameSchema>;

export const executorFrameSchema = z.discriminatedUnion("type", [
  statusFrameSchema,
  tokenFrameSchema,
  responseFrameSchema,
  errorFrameSchema,
]);
/** What an executor sends. */
export type ExecutorFrame = z.infer<typeof executorFrameSchema>;

/* OFFERS, ON GOSSIP AND IN ANSWERS */

export const signedOfferSchema = z.object({
  offer: modelOfferSchema,
  signature: signatureSchema,
  /** Where the executor listens, with its peer id. */
  multiaddrs: z.array(z.string().max(256)).max(WIRE_LIMITS.multiaddrs),
  /** Requests that it answers at once. */
  capacity: z.number().int().min(0).max(1_000_000),
  /** Requests running and queued, when the offer was sent. */
  load: z.number().int().min(0).max(1_000_000),
  /** Unix milliseconds, sender's clock: newer replaces older. */
  sentAt: z.number().int().min(0),
  /** What `profileHash` is taken over: see `profile.ts`. Absent: nothing is promised. */
  profile: text(WIRE_LIMITS.profileBytes).optional(),
});
/** An executor's signed price, with where to reach it and how busy it is. */
export type SignedOffer = z.infer<typeof signedOfferSchema>;

export const offerGossipSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("offer"), offer: signedOfferSchema }),
  /** Sent on drain; authentic by gossipsub's own signature of the sender. */
  z.object({ type: z.literal("withdraw"), executor: addressSchema, sentAt: z.number().int().min(0) }),
]);
export type OfferGossip = z.infer<typeof offerGossipSchema>;
