/**
 * Messages to bytes and back, at the edges of /lloom/infer/1, /lloom/rpc/1 and the gossip of offers.
 *
 * Every `decode` function takes whatever a peer sent and returns a message that its schema holds for, or throws
 * LloomError: FRAME_TOO_LARGE before it looks at the bytes, else FRAME_INVALID with the field's name. Unknown keys are
 * ignored, so that a newer peer may say more; unknown kinds of message are refused.
 * `encode` functions trust their types; they throw LloomError FRAME_TOO_LARGE when the receiver would refuse the size.
 */
import { bounded, createCodec, createReplyCodec } from "./codec.ts";
import { decodeHotFrame, encodeStatusFrame, encodeTokenFrame } from "./hot-frames.ts";
import {
  clientFrameSchema,
  type ExecutorFrame,
  executorFrameSchema,
  offerGossipSchema,
  WIRE_LIMITS,
} from "./messages.ts";
import {
  acknowledgeReplySchema,
  answerReplySchema,
  entrustReplySchema,
  evidenceCallReplySchema,
  healthReplySchema,
  offersReplySchema,
  reachReplySchema,
  rpcRequestSchema,
  vocabularyReplySchema,
} from "./rpc-messages.ts";
import {
  answerShape,
  clientShape,
  executorShape,
  gossipShape,
  offersShape,
  plainShape,
  rpcRequestShape,
} from "./wire-shapes.ts";

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

/** The answer to `entrust`, or why there is none. */
export const { encode: encodeEntrustReply, decode: decodeEntrustReply } = createReplyCodec({
  schema: entrustReplySchema,
  shape: plainShape,
  maxBytes: rpcBytes,
});

/** The answer to `evidence`, or why there is none. */
export const { encode: encodeEvidenceCallReply, decode: decodeEvidenceCallReply } = createReplyCodec({
  schema: evidenceCallReplySchema,
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

/** The answer to `reach`, or why there is none. */
export const { encode: encodeReachReply, decode: decodeReachReply } = createReplyCodec({
  schema: reachReplySchema,
  shape: plainShape,
  maxBytes: rpcBytes,
});

/** The answer to `health`, or why there is none. */
export const { encode: encodeHealthReply, decode: decodeHealthReply } = createReplyCodec({
  schema: healthReplySchema,
  shape: plainShape,
  maxBytes: rpcBytes,
});
