/** docs/protocol/signing.md, with ethers. */
import {
  AbiCoder,
  concat,
  getBytes,
  hexlify,
  keccak256,
  recoverAddress,
  Signature,
  TypedDataEncoder,
  type TypedDataField,
  toUtf8Bytes,
  type Wallet,
} from "ethers";
import type { Item, Message } from "./cbor.ts";

/** A deployment: docs/protocol/signing.md, "Domain". */
export interface Network {
  readonly chainId: bigint;
  readonly accounting: string;
}

/** Fields of a signed type: hashes, addresses and names as text, integers as bigint. */
export type Fields = Record<string, string | bigint>;

const REQUEST =
  "LlmRequestCommitment(address client,address executor,string model,bytes32 promptHash,bytes32 paramsHash,uint32 maxInboundTokens,uint32 maxOutboundTokens,uint96 inboundPrice,uint96 outboundPrice,uint64 lane,uint32 nonce,uint96 ackedCost,uint96 costCap,bytes32 prevResponseHash,uint40 deadline)";
const RESPONSE =
  "LlmResponseCommitment(bytes32 requestHash,bytes32 contentHash,bytes32 deliveryHash,bytes32 traceRoot,uint32 inboundTokens,uint32 outboundTokens,uint96 cumulativeCost,uint64 cumulativeInbound,uint64 cumulativeOutbound,uint40 timestamp,uint8 finishReason)";
const OFFER =
  "ModelOffer(address executor,uint64 offerId,string model,bytes32 weightsHash,bytes32 profileHash,uint96 inboundPrice,uint96 outboundPrice,uint32 maxContext,uint40 validUntil)";
const ACK = "ResponseAck(bytes32 requestHash,bytes32 responseHash)";

interface SignedType {
  readonly name: string;
  readonly fields: TypedDataField[];
}

function typeOf(text: string): SignedType {
  const [name = "", list = ""] = text.slice(0, -1).split("(");
  const fields = list.split(",").map((field) => {
    const [type = "", fieldName = ""] = field.split(" ");
    return { name: fieldName, type };
  });
  return { name, fields };
}

export const TYPES = { request: typeOf(REQUEST), response: typeOf(RESPONSE), offer: typeOf(OFFER), ack: typeOf(ACK) };
export type TypeName = keyof typeof TYPES;

export const ZERO = `0x${"00".repeat(32)}`;

/** The digest of a signed type, which is also its name. */
export function digest({ chainId, accounting }: Network, type: TypeName, value: Fields): string {
  const { name, fields } = TYPES[type];
  const domain = { name: "Lloom", version: "2", chainId, verifyingContract: accounting };
  return TypedDataEncoder.hash(domain, { [name]: fields }, value);
}

/** ERC-2098, as it travels. */
export function sign(wallet: Wallet, digestHex: string): Message {
  const { r, yParityAndS } = wallet.signingKey.sign(digestHex);
  return { r: getBytes(r), vs: getBytes(yParityAndS) };
}

/** Whose signature it is, in lower case. */
export function signerOf(digestHex: string, signature: Item): string {
  const { r, vs } = signature as { r: Uint8Array; vs: Uint8Array };
  return recoverAddress(digestHex, Signature.from(hexlify(concat([r, vs])))).toLowerCase();
}

/** Signed fields as they travel: byte strings and integers. */
export const fieldsToWire = (type: TypeName, value: Fields): Message =>
  Object.fromEntries(
    TYPES[type].fields.map(({ name, type: form }) => {
      const field = value[name] ?? "";
      return [name, form === "string" || typeof field === "bigint" ? field : getBytes(field)];
    }),
  );

/** The way back. */
export const fieldsFromWire = (type: TypeName, message: Item): Fields =>
  Object.fromEntries(
    TYPES[type].fields.map(({ name, type: form }) => {
      const field = (message as Message)[name];
      if (form === "string") return [name, String(field)];
      return [name, form.startsWith("uint") ? BigInt(field as number | bigint) : hexlify(field as Uint8Array)];
    }),
  );

/** Messages of a conversation. */
export interface Turn {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** `promptHash`, `contentHash`: a salt and canonical JSON. The keys are written in their order. */
const salted = (salt: Uint8Array, json: string): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "string"], [salt, json]));

export const promptHash = (salt: Uint8Array, turns: readonly Turn[]): string =>
  salted(salt, JSON.stringify(turns.map(({ role, content }) => ({ content, role }))));

export const contentHash = (salt: Uint8Array, text: string): string =>
  salted(salt, JSON.stringify({ content: text, role: "assistant" }));

/** How an answer is drawn: docs/protocol/requests.md, "Sampling". */
export interface Drawing {
  readonly temperatureMilli: number;
  readonly topPMilli: number;
  readonly topK: number;
  readonly seed?: number;
  readonly stop: string[];
  readonly responseFormat: "text" | "json";
}

export interface Accepted {
  readonly offerHash: string;
  readonly profileHash: string;
  readonly weightsHash: string;
}

export function paramsHash({ offerHash, profileHash, weightsHash }: Accepted, drawing: Drawing): string {
  const { responseFormat, seed, stop, temperatureMilli, topK, topPMilli } = drawing;
  // `undefined` is left out.
  const sampling = { responseFormat, seed, stop, temperatureMilli, topK, topPMilli };
  return keccak256(toUtf8Bytes(JSON.stringify({ offerHash, profileHash, sampling, weightsHash })));
}

const CHUNK_BYTES = 4096;

export function deliveryHash(text: string): string {
  const bytes = toUtf8Bytes(text);
  let level: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    level.push(keccak256(concat(["0x00", bytes.slice(at, at + CHUNK_BYTES)])));
  if (level.length === 0) return keccak256("0x");
  while (level.length > 1) level = above(level);
  return level[0] ?? ZERO;
}

function above(level: readonly string[]): string[] {
  const nodes: string[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left = "", right] = [level[at], level[at + 1]];
    nodes.push(right === undefined ? left : keccak256(concat(["0x01", left, right])));
  }
  return nodes;
}

/** What so many tokens cost. */
export function costOf(
  inbound: bigint,
  outbound: bigint,
  { inboundPrice, outboundPrice }: { readonly inboundPrice: bigint; readonly outboundPrice: bigint },
): bigint {
  return (inbound * inboundPrice + outbound * outboundPrice + 999_999n) / 1_000_000n;
}

/** Most tokens that a prompt can have. */
export const mostPromptTokens = (turns: readonly Turn[]): bigint =>
  BigInt(turns.reduce((sum, { content }) => sum + toUtf8Bytes(content).length + 16, 128));
