import { LloomError } from "../../errors.ts";
import { metadataPlaces } from "../gguf-vocabulary.ts";

/** What a token of a vocabulary stands for. */
export interface TokenMeaning {
  readonly bytes: Uint8Array;
  /** It appears in texts; one that steers the model, as that which ends an answer, does not. */
  readonly isText: boolean;
}

/** The token of a number; `undefined` for one that the vocabulary does not have. */
export type TokenMeanings = (id: number) => TokenMeaning | undefined;

/** Numbers of the format: kinds of values, and of tokens. */
const VALUE = { int32: 5, text: 8, list: 9 } as const;
const TOKEN = { unknown: 2, control: 3, defined: 4, byte: 6 } as const;

/** Where the values of a list begin, behind its kind, the kind of its values, and their number. */
const LIST_HEAD_BYTES = 16;

/** How tokens are written, by the name of the tokenizer. */
const WRITTEN: Readonly<Record<string, (text: string) => Uint8Array>> = {
  gpt2: bytesOfLetters,
  llama: bytesOfBlocks,
  t5: bytesOfBlocks,
};

/**
 * Reads what tokens stand for out of a vocabulary's file, byte for byte: llama.cpp itself tells text alone, in which a part of a letter
 * is lost. Throws UNSUPPORTED for a tokenizer whose way of writing is not known.
 */
export function readTokenBytes(file: Uint8Array): TokenMeanings {
  const places = metadataPlaces(file);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const tokenizer = textAt(file, view, placeOf(places, "tokenizer.ggml.model", VALUE.text, view) + 4);
  const bytesOf = WRITTEN[tokenizer];
  if (bytesOf === undefined) throw unreadable(`its tokenizer "${tokenizer}" is not known`);
  const listAt = placeOf(places, "tokenizer.ggml.tokens", VALUE.list, view);
  if (view.getUint32(listAt + 4, true) !== VALUE.text) throw unreadable("its tokens are no text");
  const starts = startsOf(view, listAt);
  const kindsAt = places.get("tokenizer.ggml.token_type");
  const hasKinds =
    kindsAt !== undefined &&
    view.getUint32(kindsAt, true) === VALUE.list &&
    view.getUint32(kindsAt + 4, true) === VALUE.int32 &&
    Number(view.getBigUint64(kindsAt + 8, true)) === starts.length;
  return (id) => {
    const start = starts[id];
    if (start === undefined) return undefined;
    const kind = hasKinds ? view.getInt32(kindsAt + LIST_HEAD_BYTES + 4 * id, true) : 0;
    const text = textAt(file, view, start);
    const byte = kind === TOKEN.byte ? /^<0x([0-9A-F]{2})>$/.exec(text)?.[1] : undefined;
    if (byte !== undefined) return { bytes: Uint8Array.of(Number.parseInt(byte, 16)), isText: true };
    const isLiteral = kind === TOKEN.control || kind === TOKEN.defined || kind === TOKEN.unknown;
    return { bytes: isLiteral ? Buffer.from(text) : bytesOf(text), isText: kind !== TOKEN.control };
  };
}

function startsOf(view: DataView, listAt: number): Uint32Array {
  const starts = new Uint32Array(Number(view.getBigUint64(listAt + 8, true)));
  let at = listAt + LIST_HEAD_BYTES;
  for (let id = 0; id < starts.length; id += 1) {
    starts[id] = at;
    at += 8 + Number(view.getBigUint64(at, true));
  }
  return starts;
}

function textAt(file: Uint8Array, view: DataView, at: number): string {
  const length = Number(view.getBigUint64(at, true));
  return Buffer.from(file.subarray(at + 8, at + 8 + length)).toString("utf8");
}

function placeOf(places: ReadonlyMap<string, number>, name: string, kind: number, view: DataView): number {
  const at = places.get(name);
  if (at === undefined || view.getUint32(at, true) !== kind) throw unreadable(`it has no ${name}`);
  return at;
}

/** As GPT-2 writes them: a letter for each byte, since many bytes are none. */
function bytesOfLetters(text: string): Uint8Array {
  const letters = [...text];
  const bytes = letters.map((letter) => BYTE_OF_LETTER.get(letter));
  // A token that somebody added is written as it is.
  return bytes.includes(undefined) ? Buffer.from(text) : Uint8Array.from(bytes as number[]);
}

const VISIBLE_BYTES = 188;
/** Bytes that are a visible letter stand for themselves, the others, in their order, for the letters from 256 on. */
const BYTE_OF_LETTER: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => byte)
    .sort((one, other) => Number(isHidden(one)) - Number(isHidden(other)) || one - other)
    .map((byte, place) => [String.fromCodePoint(isHidden(byte) ? 256 + place - VISIBLE_BYTES : byte), byte]),
);
function isHidden(byte: number): boolean {
  return byte < 0x21 || (byte > 0x7e && byte < 0xa1) || byte === 0xad;
}

/** As SentencePiece writes them: with a block for a space. */
function bytesOfBlocks(text: string): Uint8Array {
  return Buffer.from(text.replaceAll("\u2581", " "));
}

const unreadable = (why: string): LloomError =>
  new LloomError("UNSUPPORTED", `Tokens of this model cannot be told by their text: ${why}.`, {
    details: { param: "logprobs" },
  });
