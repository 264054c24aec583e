/**
 * What an executor keeps of how an answer came about: per token that the model wrote, which it was, how likely, and the
 * likeliest instead. Everything is an integer and has one form in bytes, so that two parties hash alike: `traceRoot` of a
 * response is the Merkle root over these leaves, in the order of the tokens.
 *
 *     leaf   := version 0x01 · kind · index uint32 · entry · count uint8 · entry × count
 *     entry  := token · log probability int16
 *     token  := id uint32 (kind 0)  |  length uint16 · bytes (kind 1)
 *
 * All integers are big-endian. Log probabilities are thousandths of a nat, rounded, from -32768 (that, or less, or not among
 * those that the backend tells) to 0. The likeliest are at most ten, the likeliest first, of equally likely ones the smaller
 * token; the written token is among them with the same figure, or not likelier than any of them.
 */
import { type Hex, ZERO_HASH } from "./commitment-types.ts";
import { LloomError } from "./lloom-error.ts";
import { merkleRoot } from "./merkle.ts";

/** A token by its number in the vocabulary, or by its bytes where the backend tells no numbers. */
export type TokenName = number | Uint8Array;

/** A token and how likely it was, thousandths of a nat. */
export interface TokenOdds {
  readonly token: TokenName;
  readonly logprob: number;
}

/** One written token. */
export interface TraceToken extends TokenOdds {
  /** The likeliest tokens at this place. */
  readonly likeliest: readonly TokenOdds[];
}

/** Most of the likeliest that a leaf holds. */
export const TRACE_LIKELIEST = 10;
/** Lowest log probability, thousandths of a nat. */
export const LEAST_LOGPROB = -0x8000;
/** Longest token by its bytes. */
export const TRACE_TOKEN_BYTES = 1024;

const VERSION = 1;
const KINDS = { id: 0, bytes: 1 } as const;
const HEAD_BYTES = 6;

/** A natural logarithm of a probability as a leaf holds it; not a number counts as the least. */
export const milliNats = (logprob: number): number =>
  Number.isNaN(logprob) ? LEAST_LOGPROB : Math.max(LEAST_LOGPROB, Math.min(0, Math.round(logprob * 1000))) || 0;

/** The leaf of the token that was written `index`th, from 0. Throws REQUEST_INVALID for what has no leaf. */
export function encodeTraceLeaf({ likeliest, ...written }: TraceToken, index: number): Uint8Array {
  const sorted = likeliest.toSorted(byOdds).slice(0, TRACE_LIKELIEST);
  const entries = [written, ...sorted];
  const kind = kindOf(written);
  const bytes = new Uint8Array(HEAD_BYTES + 1 + entries.reduce((sum, entry) => sum + entryBytes(entry), 0));
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  bytes[1] = KINDS[kind];
  view.setUint32(2, index);
  bytes[HEAD_BYTES + entryBytes(written)] = sorted.length;
  let at = HEAD_BYTES;
  for (const [place, entry] of entries.entries()) {
    const { token, logprob } = entry;
    if (place === 1) at += 1;
    if (typeof token === "number") view.setUint32(at, token);
    else {
      view.setUint16(at, token.length);
      bytes.set(token, at + 2);
    }
    at += entryBytes(entry);
    view.setInt16(at - 2, logprob);
  }
  const problem = problemOf({ ...written, likeliest: sorted }, kind);
  if (problem !== undefined) throw new LloomError("REQUEST_INVALID", `A token has no leaf: ${problem}`);
  return bytes;
}

const entryBytes = ({ token }: TokenOdds): number => (typeof token === "number" ? 4 : 2 + token.length) + 2;

/** A token with its place among the written ones. */
export interface TraceLeaf extends TraceToken {
  /** From 0. */
  readonly index: number;
}

/** What a leaf says. Throws FRAME_INVALID for bytes that are not exactly what `encodeTraceLeaf` makes of something. */
export function decodeTraceLeaf(bytes: Uint8Array): TraceLeaf {
  const [version, kindByte] = bytes;
  const kind = kindByte === KINDS.id ? "id" : "bytes";
  if (version !== VERSION || kindByte !== KINDS[kind]) throw invalid("it is of a version or kind that is not known.");
  const reader = new LeafReader(bytes);
  const index = reader.uint(2, 4);
  const written = reader.entry(kind);
  const likeliest = Array.from({ length: reader.uint(reader.at, 1) }, () => reader.entry(kind));
  if (reader.at !== bytes.length) throw invalid("it does not end where it should.");
  const leaf = { ...written, likeliest };
  const problem = problemOf(leaf, kind);
  if (problem !== undefined) throw invalid(problem);
  return { ...leaf, index };
}

/** `traceRoot` of a response: zero for an answer without a trace. */
export const traceRoot = (leaves: readonly Uint8Array[]): Hex => (leaves.length === 0 ? ZERO_HASH : merkleRoot(leaves));

/** Leaves one after the other, as they are kept: each behind its length, two bytes. */
export function packTrace(leaves: readonly Uint8Array[]): Uint8Array {
  const packed = new Uint8Array(leaves.reduce((sum, { length }) => sum + 2 + length, 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const leaf of leaves) {
    view.setUint16(at, leaf.length);
    packed.set(leaf, at + 2);
    at += 2 + leaf.length;
  }
  return packed;
}

/** The leaves that were packed, as views. Throws FRAME_INVALID. */
export function unpackTrace(packed: Uint8Array): Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const leaves: Uint8Array[] = [];
  for (let at = 0; at < packed.length; ) {
    const end = at + 2 <= packed.length ? at + 2 + view.getUint16(at) : Number.POSITIVE_INFINITY;
    if (end > packed.length) throw invalid("it is cut off.");
    leaves.push(packed.subarray(at + 2, end));
    at = end;
  }
  return leaves;
}

class LeafReader {
  at = HEAD_BYTES;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** An unsigned integer; moves behind it. */
  uint(at: number, size: 1 | 2 | 4): number {
    this.at = at + size;
    if (this.at > this.#bytes.length) throw invalid("it is cut off.");
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  entry(kind: keyof typeof KINDS): TokenOdds {
    const token = kind === "id" ? this.uint(this.at, 4) : this.#text(this.uint(this.at, 2));
    const logprob = (this.uint(this.at, 2) << 16) >> 16;
    return { token, logprob };
  }

  /** If it is cut off, so is the log probability behind it. */
  #text(length: number): Uint8Array {
    const start = this.at;
    this.at += length;
    return this.#bytes.slice(start, this.at);
  }
}

const kindOf = ({ token }: TokenOdds): keyof typeof KINDS => (typeof token === "number" ? "id" : "bytes");

/** Why this is no leaf, or `undefined`. */
function problemOf({ likeliest, ...written }: TraceToken, kind: keyof typeof KINDS): string | undefined {
  if (likeliest.length > TRACE_LIKELIEST) return `it has more than ${TRACE_LIKELIEST} of the likeliest.`;
  for (const entry of [written, ...likeliest]) {
    if (kindOf(entry) !== kind) return "it names tokens in two ways.";
    if (!Number.isInteger(entry.logprob) || entry.logprob > 0 || entry.logprob < LEAST_LOGPROB)
      return "a log probability is out of range.";
    if (!isToken(entry.token)) return "a token is out of range.";
  }
  for (const [place, entry] of likeliest.entries()) {
    const before = likeliest[place - 1];
    if (before !== undefined && byOdds(before, entry) >= 0) return "the likeliest are not in their order.";
  }
  if (likeliest.some((one, at) => likeliest.findIndex(({ token }) => compare(token, one.token) === 0) !== at))
    return "a token is among the likeliest twice.";
  return writtenProblem(written, likeliest);
}

function writtenProblem(written: TokenOdds, likeliest: readonly TokenOdds[]): string | undefined {
  const itself = likeliest.find(({ token }) => compare(token, written.token) === 0);
  if (itself !== undefined)
    return itself.logprob === written.logprob ? undefined : "the written token has two log probabilities.";
  const last = likeliest.at(-1);
  return last !== undefined && written.logprob > last.logprob
    ? "the written token is likelier than the likeliest."
    : undefined;
}

const isToken = (token: TokenName): boolean =>
  typeof token === "number"
    ? Number.isInteger(token) && token >= 0 && token <= 0xffff_ffff
    : token.length <= TRACE_TOKEN_BYTES;

const byOdds = (a: TokenOdds, b: TokenOdds): number => b.logprob - a.logprob || compare(a.token, b.token);

/** Of names of one kind: what has both kinds is refused, in whatever order. */
function compare(a: TokenName, b: TokenName): number {
  if (typeof a === "number") return a - (b as number);
  const other = b as Uint8Array;
  for (const [at, byte] of a.entries()) {
    const difference = byte - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - other.length;
}

const invalid = (problem: string): LloomError => new LloomError("FRAME_INVALID", `No leaf of a trace: ${problem}`);
