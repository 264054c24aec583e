/**
 * Salted hashes of what is asked and answered. Nothing readable goes on chain, and a short answer cannot be guessed from
 * its hash; whoever has the salt can prove the text.
 */

import type { Hex } from "./commitment-types.ts";
import { bytesToHex, hexToBytes } from "./hex.ts";
import { keccak256 } from "./keccak.ts";
import { LloomError } from "./lloom-error.ts";
import { type ChatMessage, type RequestParams, SAMPLING_FIELDS } from "./messages.ts";

/** What JSON can hold; a property that is `undefined` counts as absent. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

const WORD = 32;
const utf8 = new TextEncoder();

/**
 * The one JSON text of a value (RFC 8785): no spaces, keys sorted by UTF-16 code units, numbers as ECMAScript prints them.
 * Throws LloomError REQUEST_INVALID for a number that is not finite and for text with lone surrogates: the first has no
 * JSON, the second no UTF-8, so two machines would hash different bytes.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new LloomError("REQUEST_INVALID", "A number must be finite.");
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const properties: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const inner = value[key];
    if (inner !== undefined) properties.push(`${quoted(key)}:${canonicalJson(inner)}`);
  }
  return `{${properties.join(",")}}`;
}

/** `Array.isArray` does not narrow readonly arrays. */
const isList = (value: object): value is readonly JsonValue[] => Array.isArray(value);

function quoted(text: string): string {
  if (text.isWellFormed()) return JSON.stringify(text);
  throw new LloomError("REQUEST_INVALID", "Text must be well-formed: it has half of a surrogate pair.");
}

/** `promptHash` of a request: over the salt and the messages. */
export const hashPrompt = (salt: Hex, messages: readonly ChatMessage[]): Hex =>
  hashSalted(salt, canonicalJson(messages.map(({ role, content }) => ({ role, content }))));

/** `contentHash` of a response: over the salt and the answer as the message it becomes. */
export const hashContent = (salt: Hex, text: string): Hex =>
  hashSalted(salt, canonicalJson({ role: "assistant", content: text }));

/** `paramsHash` of a request: keccak256 of the canonical JSON; not salted, for it says nothing about the prompt. */
export function hashParams({ sampling, ...offered }: RequestParams): Hex {
  const settings: Record<string, JsonValue | undefined> = {};
  for (const field of SAMPLING_FIELDS) settings[field] = sampling[field];
  const { weightsHash, profileHash, offerHash } = offered;
  return bytesToHex(keccak256(utf8.encode(canonicalJson({ sampling: settings, weightsHash, profileHash, offerHash }))));
}

/** keccak256(abi.encode(bytes32 salt, string json)): the form that a contract can recompute. */
function hashSalted(salt: Hex, json: string): Hex {
  const saltBytes = hexToBytes(salt);
  if (saltBytes.length !== WORD) throw new LloomError("REQUEST_INVALID", "A salt must be 32 bytes.");
  const text = utf8.encode(json);
  const encoded = new Uint8Array(3 * WORD + Math.ceil(text.length / WORD) * WORD);
  encoded.set(saltBytes);
  encoded[2 * WORD - 1] = 2 * WORD;
  new DataView(encoded.buffer).setUint32(3 * WORD - 4, text.length);
  encoded.set(text, 3 * WORD);
  return bytesToHex(keccak256(encoded));
}
