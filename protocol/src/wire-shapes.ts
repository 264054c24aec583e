/**
 * Where byte strings and integers stand in the messages, for the way between them and CBOR. What a shape does not name
 * travels as it is.
 */
import { EIP712_TYPES } from "./commitments.ts";
import { bytesToHex, hexToBytes } from "./hex.ts";
import { LloomError } from "./lloom-error.ts";
import type { Field } from "./struct-encoder.ts";

/** "bytes": hex here, a byte string on the wire. "integer": bigint here, an integer on the wire. A list has one shape. */
export type Shape = "bytes" | "integer" | readonly [Shape] | { readonly [field: string]: Shape };

/** A signed type is on the wire what it is in the signature. */
function signedShape(fields: readonly Field[]): Shape {
  const shaped = fields.filter(({ type }) => type !== "string");
  return Object.fromEntries(shaped.map(({ name, type }) => [name, type.startsWith("uint") ? "integer" : "bytes"]));
}

const signature: Shape = { r: "bytes", vs: "bytes" };

/** Frames of a client. */
export const clientShape: Shape = {
  request: signedShape(EIP712_TYPES.LlmRequestCommitment),
  signature,
  promptSalt: "bytes",
  weightsHash: "bytes",
  profileHash: "bytes",
  offerHash: "bytes",
};

/** Frames of an executor. */
export const executorShape: Shape = {
  response: signedShape(EIP712_TYPES.LlmResponseCommitment),
  signature,
  contentSalt: "bytes",
};

const signedOfferShape: Shape = { offer: signedShape(EIP712_TYPES.ModelOffer), signature };

/** Offers and withdrawals on gossip. */
export const gossipShape: Shape = { offer: signedOfferShape, executor: "bytes" };

/** A list of offers. */
export const offersShape: Shape = { offers: [signedOfferShape] };

/** What a call asks for. */
export const rpcRequestShape: Shape = {
  executor: "bytes",
  hash: "bytes",
  dispute: "bytes",
  requestHash: "bytes",
  responseHash: "bytes",
  signature,
  request: signedShape(EIP712_TYPES.LlmRequestCommitment),
  response: signedShape(EIP712_TYPES.LlmResponseCommitment),
  ...{ clientSignature: signature, executorSignature: signature, acknowledgement: signature },
  fee: { amount: "integer", signature },
};

/** An answer as its client gets it a second time. */
export const answerShape: Shape = {
  response: signedShape(EIP712_TYPES.LlmResponseCommitment),
  signature,
  contentSalt: "bytes",
};

/** A question for evidence. */
export const evidenceAskShape: Shape = { requestHash: "bytes", consent: signature };

/** Parts of evidence. */
export const evidencePartShape: Shape = {
  request: signedShape(EIP712_TYPES.LlmRequestCommitment),
  response: signedShape(EIP712_TYPES.LlmResponseCommitment),
  ...{ clientSignature: signature, executorSignature: signature, signature },
  ...{ promptSalt: "bytes", weightsHash: "bytes", profileHash: "bytes", offerHash: "bytes", contentSalt: "bytes" },
  proof: ["bytes"],
};

/** A message that is on the wire what it is here. */
export const plainShape: Shape = {};

/** A copy of a message as CBOR carries it; its types say that it has the shape. */
export function toWire(shape: Shape, value: unknown): unknown {
  if (shape === "bytes") return hexToBytes(value as string);
  if (shape === "integer") return value;
  if (isList(shape)) return (value as readonly unknown[]).map((item) => toWire(shape[0], item));
  const copy: Record<string, unknown> = { ...(value as object) };
  for (const [field, inner] of Object.entries(shape)) {
    if (copy[field] !== undefined) copy[field] = toWire(inner, copy[field]);
  }
  return copy;
}

/**
 * A freshly decoded value as a message, changed in place; the schema checks the rest. Throws LloomError FRAME_INVALID
 * that names the field.
 */
export function fromWire(shape: Shape, value: unknown, path = ""): unknown {
  if (shape === "bytes") {
    if (value instanceof Uint8Array) return bytesToHex(value);
    throw new LloomError("FRAME_INVALID", `${path} must be a byte string.`);
  }
  if (shape === "integer") {
    if (typeof value === "number") return BigInt(value);
    if (typeof value === "bigint") return value;
    throw new LloomError("FRAME_INVALID", `${path} must be an integer.`);
  }
  if (isList(shape)) {
    return Array.isArray(value) ? value.map((item, index) => fromWire(shape[0], item, `${path}.${index}`)) : value;
  }
  if (!isObject(value)) return value;
  for (const [field, inner] of Object.entries(shape)) {
    if (Object.hasOwn(value, field))
      value[field] = fromWire(inner, value[field], path === "" ? field : `${path}.${field}`);
  }
  return value;
}

/** `Array.isArray` does not narrow readonly lists. */
const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);

/** A list and bytes are objects too: they have none of the fields, and the schema refuses them. */
const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === "object";
