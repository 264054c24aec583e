/**
 * CBOR as this protocol speaks it (RFC 8949, section 4.2.1 but for the order of keys): maps with text keys, lists, text,
 * byte strings, integers, booleans, null. No floats, no undefined, no indefinite lengths, no key twice, every head in its
 * shortest form, text in valid UTF-8. Integers above 64 bits are unsigned bignums (tag 2); there are no other tags.
 */
import { type DecodeOptions, decode, encode, Token, Tokenizer, Type } from "cborg";
import { hexToBytes } from "./hex.ts";
import { asLloomError, LloomError } from "./lloom-error.ts";

/** Bounds on one decoded value, so that a small frame cannot cost much. */
const LIMITS = {
  /** Containers inside each other; our messages use six. */
  depth: 16,
  /** Items of all kinds; the fullest list of offers has about 30 000. */
  items: 65_536,
  /** A uint256. */
  bignumBytes: 32,
} as const;

/** Kinds of item that no message of ours holds. */
const REFUSED = new Set([Type.float, Type.undefined]);

/** Of the wire's bytes as they are: a byte order mark inside an answer is part of the answer. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const TAG_BIGNUM = 2;

const OPTIONS: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowBigInt: true,
  rejectDuplicateMapKeys: true,
  // Kept to decode text anew where the library's lenient decoder may have changed it.
  retainStringBytes: true,
  tags: { [TAG_BIGNUM]: (content) => bignum(content()) },
};

/** Bytes of a value. Properties that are `undefined` are left out. */
export const encodeCbor = (value: unknown): Uint8Array =>
  encode(value, { ignoreUndefinedProperties: true, typeEncoders: { bigint: bignumTokens } });

/** What 64 bits hold is a plain integer, for which `null` stands. */
function bignumTokens(value: bigint): Token[] | null {
  if (value < 1n << 64n) return null;
  const digits = value.toString(16);
  const bytes = hexToBytes(`0x${digits.padStart(digits.length + (digits.length % 2), "0")}`);
  return [new Token(Type.tag, TAG_BIGNUM), new Token(Type.bytes, bytes)];
}

/** Value of all of `bytes`; integers come as number where they are safe, else as bigint. Throws LloomError FRAME_INVALID. */
export function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { ...OPTIONS, tokenizer: new BoundedTokenizer(bytes) });
  } catch (cause) {
    const { message } = asLloomError(cause);
    throw new LloomError("FRAME_INVALID", `Not the CBOR of this protocol: ${message}`, { cause });
  }
}

/** Stops at too deep or too many items before the decoder builds them, and reads text strictly. */
class BoundedTokenizer extends Tokenizer {
  #items = 0;
  /** For each open container, how many items it still expects. */
  readonly #open: number[] = [];

  constructor(bytes: Uint8Array) {
    // A view, not a Buffer: its `slice` would share memory with the network's buffer.
    super(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), OPTIONS);
  }

  override next(): Token {
    const token: Token = super.next();
    if (++this.#items > LIMITS.items) throw refused(`more than ${LIMITS.items} items`);
    if (REFUSED.has(token.type)) throw refused(`${token.type.name} is not used`);
    // Only text has bytes beside its value.
    if (token.byteValue !== undefined) token.value = strictText(token.value, token.byteValue);
    this.#place(token);
    return token;
  }

  #place({ type, value }: Token): void {
    const open = this.#open;
    while (open.at(-1) === 0) open.pop();
    const expected = open.pop();
    if (expected !== undefined) open.push(expected - 1);
    if (type.terminal) return;
    open.push(type === Type.tag ? 1 : type === Type.map ? 2 * value : value);
    if (open.length > LIMITS.depth) throw refused(`more than ${LIMITS.depth} containers inside each other`);
  }
}

/**
 * The library decodes leniently: it drops a byte order mark and puts U+FFFD for invalid bytes. Text of as many units as
 * bytes, without U+FFFD, is ASCII, which it cannot get wrong.
 */
function strictText(text: string, bytes: Uint8Array): string {
  if (bytes.length === text.length && !text.includes("\ufffd")) return text;
  return utf8.decode(bytes);
}

function bignum(bytes: unknown): bigint {
  if (!(bytes instanceof Uint8Array)) throw refused("a bignum must be a byte string");
  if (bytes.length <= 8 || bytes[0] === 0) throw refused("integer encoded in more bytes than necessary");
  if (bytes.length > LIMITS.bignumBytes) throw refused(`integer of more than ${LIMITS.bignumBytes} bytes`);
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

const refused = (reason: string): LloomError => new LloomError("FRAME_INVALID", reason);
