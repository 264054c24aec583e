/** How a schema, a shape and a limit make a codec: what it decodes is a message, or an error. */
import type { z } from "zod";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { LloomError } from "./lloom-error.ts";
import { type RpcErrorReply, rpcErrorReplySchema } from "./rpc-messages.ts";
import { fromWire, type Shape, toWire } from "./wire-shapes.ts";

/** Message to bytes and back. */
export interface Codec<Message> {
  encode(message: Message): Uint8Array;
  decode(bytes: Uint8Array): Message;
}

/** What a codec is made of. */
export interface CodecParts<Message> {
  readonly schema: z.ZodType<Message>;
  readonly shape: Shape;
  readonly maxBytes: number;
}

/** `encode` throws LloomError FRAME_TOO_LARGE; `decode` that, and FRAME_INVALID with the field's name. */
export function createCodec<Message>({ schema, shape, maxBytes }: CodecParts<Message>): Codec<Message> {
  return {
    encode: (message) => bounded(encodeCbor(toWire(shape, message)), maxBytes),
    decode: (bytes) => parse(schema, fromWire(shape, decodeCbor(bounded(bytes, maxBytes)))),
  };
}

/** Answers of a unary call: what was asked for, or an error. */
export function createReplyCodec<Reply>({ schema, shape, maxBytes }: CodecParts<Reply>): Codec<Reply | RpcErrorReply> {
  return {
    encode: (reply) => bounded(encodeCbor(toWire(shape, reply)), maxBytes),
    decode: (bytes) => {
      const value = fromWire(shape, decodeCbor(bounded(bytes, maxBytes)));
      const isError = value !== null && typeof value === "object" && "error" in value;
      return isError ? parse(rpcErrorReplySchema, value) : parse(schema, value);
    },
  };
}

/** The same bytes; throws LloomError FRAME_TOO_LARGE. */
export function bounded(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length <= maxBytes) return bytes;
  throw new LloomError("FRAME_TOO_LARGE", `Message of ${bytes.length} bytes; at most ${maxBytes} are allowed.`);
}

function parse<Message>(schema: z.ZodType<Message>, value: unknown): Message {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LloomError("FRAME_INVALID", `${issue?.path.join(".") || "message"}: ${issue?.message ?? "invalid"}.`);
}
