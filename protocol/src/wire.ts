/**
 * Messages to bytes and back, at the doors of /lloom/infer/1, /lloom/rpc/1 and the gossip of offers.
 *
 * Every `decode` function takes whatever a peer sent and returns a message that its schema holds for, or throws
 * LloomError: FRAME_TOO_LARGE before it looks at the bytes, else FRAME_INVALID with the field's name. Unknown keys are
 * ignored, so that a newer peer may say more; unknown kinds of message are refused.
 * `encode` functions trust their types; they throw LloomError FRAME_TOO_LARGE when the receiver would refuse the size.
 */
import type { z } from "zod";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { decodeHotFrame, encodeStatusFrame, encodeTokenFrame } from "./hot-frames.ts";
import { LloomError } from "./lloom-error.ts";
import {
  acknowledgeReplySchema,
  answerReplySchema,
  clientFrameSchema,
  type ExecutorFrame,
  executorFrameSchema,
  healthReplySchema,
  offerGossipSchema,
  offersReplySchema,
  type RpcError,
  rpcErrorSchema,
  rpcRequestSchema,
  vocabularyReplySchema,
  WIRE_LIMITS,
} from "./messages.ts";
import {
  answerShape,
  clientShape,
  executorShape,
  fromWire,
  gossipShape,
  offersShape,
  plainShape,
  rpcRequestShape,
  type Shape,
  toWire,
} from "./wire-shapes.ts";

interface Codec<Message> {
  encode(message: Message): Uint8Array;
  decode(bytes: Uint8Array): Message;
}

interface Door<Message> {
  readonly schema: z.ZodType<Message>;
  readonly shape: Shape;
  readonly maxBytes: number;
}

function createCodec<Message>({ schema, shape, maxBytes }: Door<Message>): Codec<Message> {
  return {
    encode: (message) => bounded(encodeCbor(toWire(shape, message)), maxBytes),
    decode: (bytes) => parse(schema, fromWire(shape, decodeCbor(bounded(bytes, maxBytes)))),
  };
}

/** Answers of a unary call: what was asked for, or an error. */
function createReplyCodec<Reply>({ schema, shape, maxBytes }: Door<Reply>): Codec<Reply | RpcError> {
  return {
    encode: (reply) => bounded(encodeCbor(toWire(shape, reply)), maxBytes),
    decode: (bytes) => {
      const value = fromWire(shape, decodeCbor(bounded(bytes, maxBytes)));
      const isError = value !== null && typeof value === "object" && "error" in value;
      return isError ? parse(rpcErrorSchema, value) : parse(schema, value);
    },
  };
}

function bounded(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length <= maxBytes) return bytes;
  throw new LloomError("FRAME_TOO_LARGE", `Message of ${bytes.length} bytes; at most ${maxBytes} are allowed.`);
}

function parse<Message>(schema: z.ZodType<Message>, value: unknown): Message {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LloomError("FRAME_INVALID", `${issue?.path.join(".") || "message"}: ${issue?.message ?? "invalid"}.`);
}

const { frameBytes, rpcBytes, offerBytes } = WIRE_LIMITS;

/** A client's frame, without the length that frames it. */
export const { encode: encodeClientFrame, decode: decodeClientFrame } = createCodec({
  schema: clientFrameSchema,
  shape: clientShape,
  maxBytes: frameBytes,
});

const executorFrames = createCodec({ schema: executorFrameSchema, shape: executorShape, maxBytes: frameBytes });

/** An executor's frame, without the length that frames it. */
export function encodeExecutorFrame(frame: ExecutorFrame): Uint8Array {
  if (frame.type === "token") return encodeTokenFrame(frame);
  const hot = frame.type === "status" ? encodeStatusFrame(frame) : undefined;
  return hot ?? executorFrames.encode(frame);
}

/** An executor's frame, without the length that frames it. */
export function decodeExecutorFrame(bytes: Uint8Array): ExecutorFrame {
  return decodeHotFrame(bounded(bytes, frameBytes)) ?? executorFrames.decode(bytes);
}

/** An offer, or its withdrawal, on gossip. */
export const { encode: encodeOfferGossip, decode: decodeOfferGossip } = createCodec({
  schema: offerGossipSchema,
  shape: gossipShape,
  maxBytes: offerBytes,
});

/** What is asked by a unary call. */
export const { encode: encodeRpcRequest, decode: decodeRpcRequest } = createCodec({
  schema: rpcRequestSchema,
  shape: rpcRequestShape,
  maxBytes: rpcBytes,
});

/** The answer to `offers`, or why there is none. */
export const { encode: encodeOffersReply, decode: decodeOffersReply } = createReplyCodec({
  schema: offersReplySchema,
  shape: offersShape,
  maxBytes: rpcBytes,
});

/** The answer to `acknowledge`, or why there is none. */
export const { encode: encodeAcknowledgeReply, decode: decodeAcknowledgeReply } = createReplyCodec({
  schema: acknowledgeReplySchema,
  shape: plainShape,
  maxBytes: rpcBytes,
});

/** The answer to `vocabulary`, or why there is none. */
export const { encode: encodeVocabularyReply, decode: decodeVocabularyReply } = createReplyCodec({
  schema: vocabularyReplySchema,
  shape: plainShape,
  maxBytes: rpcBytes,
});

/** The answer to `answer`, or why there is none. */
export const { encode: encodeAnswerReply, decode: decodeAnswerReply } = createReplyCodec({
  schema: answerReplySchema,
  shape: answerShape,
  maxBytes: rpcBytes,
});

/** The answer to `health`, or why there is none. */
export const { encode: encodeHealthReply, decode: decodeHealthReply } = createReplyCodec({
  schema: healthReplySchema,
  shape: plainShape,
  maxBytes: rpcBytes,
});
