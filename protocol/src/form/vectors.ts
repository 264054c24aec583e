/**
 * Vectors as text, so that hashes, evidence and receipts hold of them as of every answer: a line for each, of base64 with padding (RFC
 * 4648, 4), ended by LF; its bytes are float32, little-endian. A vector has one line alone: it has length 1, no number that is not
 * finite, and no negative zero.
 */
import { EMBEDDING_LIMITS } from "./answer-settings.ts";

const FLOAT_BYTES = 4;
/** How far the square of a length may be from 1: rounding moves it by a thousandth of this. */
const SLACK = 1e-4;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The line of a vector that points where these numbers do; `undefined` for numbers that point nowhere, or are too many. */
export function vectorLine(values: ArrayLike<number>): string | undefined {
  const { length } = values;
  if (length === 0 || length > EMBEDDING_LIMITS.dimensions) return undefined;
  let largest = 0;
  for (let place = 0; place < length; place++) {
    const value = values[place] as number;
    if (!Number.isFinite(value)) return undefined;
    largest = Math.max(largest, Math.abs(value));
  }
  if (largest === 0) return undefined;
  // By the largest first: the square of a large number is infinite.
  const scaled = Float64Array.from({ length }, (_, place) => (values[place] as number) / largest);
  const norm = Math.sqrt(scaled.reduce((sum, value) => sum + value * value, 0));
  const view = new DataView(new ArrayBuffer(length * FLOAT_BYTES));
  for (const [place, value] of scaled.entries()) {
    // Zero is added, which makes a zero of a negative one.
    view.setFloat32(place * FLOAT_BYTES, Math.fround(value / norm) + 0, true);
  }
  return `${encode(new Uint8Array(view.buffer))}\n`;
}

/** The vectors of an answer, or in words what is wrong with them. A line that was cut off is wrong. */
export function readVectors(text: string): readonly Float32Array[] | string {
  const lines = text.split("\n");
  if (lines.pop() !== "") return "The answer ends inside a vector.";
  if (lines.length > EMBEDDING_LIMITS.texts) return `The answer has ${lines.length} vectors.`;
  const vectors: Float32Array[] = [];
  for (const line of lines) {
    const read = readVector(line);
    if (typeof read === "string") return `Vector ${vectors.length} ${read}.`;
    if (read.length !== (vectors[0] ?? read).length) return "The answer has vectors of different lengths.";
    vectors.push(read);
  }
  return vectors;
}

function readVector(line: string): Float32Array | string {
  if (line.length >= EMBEDDING_LIMITS.lineBytes) return `has more than ${EMBEDDING_LIMITS.dimensions} numbers`;
  const bytes = decode(line);
  if (bytes === undefined) return "is not base64 in its one form";
  if (bytes.length % FLOAT_BYTES !== 0) return "is not of whole numbers";
  const view = new DataView(bytes.buffer);
  const vector = Float32Array.from({ length: bytes.length / FLOAT_BYTES }, (_, place) =>
    view.getFloat32(place * FLOAT_BYTES, true),
  );
  if (vector.some((value) => !Number.isFinite(value))) return "has a number that is not finite";
  if (vector.some((value) => Object.is(value, -0))) return "has a negative zero";
  const square = vector.reduce((sum, value) => sum + value * value, 0);
  return Math.abs(square - 1) > SLACK ? "does not have the length 1" : vector;
}

/** The cosine of the angle between two vectors of length 1; -1 where they have not the same number of dimensions. */
export const cosine = (a: Float32Array, b: Float32Array): number =>
  a.length === b.length ? a.reduce((sum, value, place) => sum + value * (b[place] as number), 0) : -1;

function encode(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The bytes; `undefined` for text that `encode` would not have written. */
function decode(line: string): Uint8Array<ArrayBuffer> | undefined {
  if (line.length % 4 !== 0 || !BASE64.test(line)) return undefined;
  const binary = atob(line);
  if (btoa(binary) !== line) return undefined;
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
