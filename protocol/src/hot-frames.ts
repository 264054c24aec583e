/**
 * Token and status frames, of which there are many to a request, straight to bytes and back. The bytes are those that the
 * general encoder makes. The decoder knows exactly these bytes and leaves every other form to the general one, so that a
 * peer whose encoder orders keys otherwise is merely slower.
 */

import { LloomError } from "./lloom-error.ts";
import { type StatusFrame, type TokenFrame, WIRE_LIMITS } from "./messages.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const MAX_ID = 0xffff_ffff;
const UINT = 0x00;
const TEXT = 0x60;
/** A head's low bits: one byte follows, two, four. */
const [ONE_BYTE, TWO_BYTES, FOUR_BYTES] = [24, 25, 26];

/** CBOR of short texts one after the other. */
const texts = (...words: string[]): number[] => words.flatMap((word) => [TEXT | word.length, ...encoder.encode(word)]);

const TOKEN_START = Uint8Array.of(0xa3, ...texts("id"));
const TOKEN_TEXT = Uint8Array.from(texts("text"));
const TOKEN_END = Uint8Array.from(texts("type", "token"));
const STATUS_START = Uint8Array.of(0xa4, ...texts("id"));
const STATUS_POSITION = {
  queued: Uint8Array.from(texts("type", "status", "state", "queued", "position")),
  running: Uint8Array.from(texts("type", "status", "state", "running", "position")),
} as const satisfies Record<StatusFrame["state"], Uint8Array>;

/**
 * Bytes of a token frame. Throws LloomError FRAME_TOO_LARGE for more text than a frame may carry, and FRAME_INVALID for
 * half a surrogate pair, which has no UTF-8: the receiver would hash other bytes than the sender.
 */
export function encodeTokenFrame({ id, text }: TokenFrame): Uint8Array {
  if (!text.isWellFormed()) throw new LloomError("FRAME_INVALID", "text ends inside a surrogate pair.");
  const utf8 = encoder.encode(text);
  if (utf8.length > WIRE_LIMITS.tokenTextBytes) {
    throw new LloomError("FRAME_TOO_LARGE", `text has ${utf8.length} bytes; at most ${WIRE_LIMITS.tokenTextBytes}.`);
  }
  return joined(TOKEN_START, head(UINT, id), TOKEN_TEXT, head(TEXT, utf8.length), utf8, TOKEN_END);
}

/** Bytes of a status frame; `undefined` for a position beyond 32 bits. */
export function encodeStatusFrame({ id, state, position }: StatusFrame): Uint8Array | undefined {
  if (position > MAX_ID) return undefined;
  return joined(STATUS_START, head(UINT, id), STATUS_POSITION[state], head(UINT, position));
}

/** The frame, if the bytes are one of the two in the form above; else `undefined`, also for anything that is wrong. */
export function decodeHotFrame(bytes: Uint8Array): TokenFrame | StatusFrame | undefined {
  return bytes[0] === TOKEN_START[0] ? decodeTokenFrame(bytes) : decodeStatusFrame(bytes);
}

function decodeTokenFrame(bytes: Uint8Array): TokenFrame | undefined {
  const id = readHead(bytes, matched(bytes, 0, TOKEN_START), UINT);
  if (id === undefined) return undefined;
  const length = readHead(bytes, matched(bytes, id.next, TOKEN_TEXT), TEXT);
  if (length === undefined || length.value > WIRE_LIMITS.tokenTextBytes) return undefined;
  const end = length.next + length.value;
  if (matched(bytes, end, TOKEN_END) !== bytes.length) return undefined;
  const text = readText(bytes.subarray(length.next, end));
  return text === undefined ? undefined : { type: "token", id: id.value, text };
}

function decodeStatusFrame(bytes: Uint8Array): StatusFrame | undefined {
  const id = readHead(bytes, matched(bytes, 0, STATUS_START), UINT);
  if (id === undefined) return undefined;
  for (const state of ["queued", "running"] as const) {
    const position = readHead(bytes, matched(bytes, id.next, STATUS_POSITION[state]), UINT);
    if (position?.next === bytes.length) return { type: "status", id: id.value, state, position: position.value };
  }
  return undefined;
}

/** Shortest head of an item; `value` is below 2^32. */
function head(major: number, value: number): number[] {
  if (value < ONE_BYTE) return [major | value];
  if (value <= 0xff) return [major | ONE_BYTE, value];
  if (value <= 0xffff) return [major | TWO_BYTES, value >>> 8, value & 0xff];
  return [major | FOUR_BYTES, value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

/**
 * A head of that kind in its shortest form, below 2^32. `at` may be -1, for what was not matched. Of a head that is cut off,
 * `next` lies behind the end, where nothing is matched.
 */
function readHead(bytes: Uint8Array, at: number, major: number): { value: number; next: number } | undefined {
  const first = bytes[at] ?? 0xff;
  const info = first ^ major;
  if (info < ONE_BYTE) return { value: info, next: at + 1 };
  if (info > FOUR_BYTES) return undefined;
  const size = 1 << (info - ONE_BYTE);
  let value = 0;
  for (let offset = 1; offset <= size; offset++) value = value * 256 + (bytes[at + offset] ?? 0);
  const shortest = size === 1 ? value >= ONE_BYTE : value >= 256 ** (size / 2);
  return shortest ? { value, next: at + 1 + size } : undefined;
}

/** Position after `expected`, or -1 where the bytes are others. */
function matched(bytes: Uint8Array, at: number, expected: Uint8Array): number {
  for (let index = 0; index < expected.length; index++) if (bytes[at + index] !== expected[index]) return -1;
  return at + expected.length;
}

function readText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function joined(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
