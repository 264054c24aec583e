import { open } from "node:fs/promises";
import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { LloomError } from "../errors.ts";
import { firstPartOf } from "./weights-hash.ts";

/** Bytes of a kind of value, by its number in the format; text (8) and lists (9) have none. */
const VALUE_BYTES: readonly (number | undefined)[] = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];
const TEXT = 8;
const LIST = 9;
const MAGIC = "GGUF";
/** Since version 2 all lengths have eight bytes. */
const VERSIONS: readonly number[] = [2, 3];
const TENSOR_COUNT_AT = 8;
const HEAD_BYTES = 24;
const FIRST_READ_BYTES = 1024 * 1024;
const MOST_VALUES = 65_536;
const { vocabularyBytes: MOST_VOCABULARY_BYTES } = WIRE_LIMITS;

/**
 * A model's vocabulary, with its chat template, as a file of its own: the model's file up to the end of its metadata, and in
 * its head the number of tensors set to zero. So everybody who has the weights can make it, byte for byte, and llama.cpp
 * loads it. Of a model in parts it is the first one's. Throws CONFIG_INVALID.
 */
export async function readVocabularyFile(modelPath: string): Promise<Uint8Array> {
  await using file = await open(firstPartOf(modelPath));
  for (let size = FIRST_READ_BYTES; ; size *= 2) {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size), position: 0 });
    const bytes = buffer.subarray(0, bytesRead);
    const end = metadataEnd(bytes);
    if (end !== undefined && end <= MOST_VOCABULARY_BYTES) {
      bytes.fill(0, TENSOR_COUNT_AT, TENSOR_COUNT_AT + 8);
      return Uint8Array.from(bytes.subarray(0, end));
    }
    if (bytesRead < size || size >= MOST_VOCABULARY_BYTES)
      throw new LloomError(
        "CONFIG_INVALID",
        `The metadata of ${modelPath} cannot be read: it is cut off, or too large.`,
        {
          next: "Fetch the GGUF file again.",
        },
      );
  }
}

/** Whether these bytes are such a file and nothing else. What another process loads is looked at here first. */
export const isVocabularyFile = (bytes: Uint8Array): boolean =>
  bytes.length <= MOST_VOCABULARY_BYTES &&
  metadataEnd(bytes) === bytes.length &&
  viewOf(bytes).getBigUint64(TENSOR_COUNT_AT, true) === 0n;

/** Where values stand in the metadata, by their names: at the number of the value's kind. What is no GGUF file has none. */
export function metadataPlaces(bytes: Uint8Array): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  metadataEnd(bytes, (name, at) => places.set(name, at));
  return places;
}

/** Where the metadata ends; `undefined` if that is beyond these bytes, or they are no GGUF file that is known. */
function metadataEnd(
  bytes: Uint8Array,
  onValue: (name: string, at: number) => void = () => undefined,
): number | undefined {
  if (bytes.length < HEAD_BYTES || Buffer.from(bytes.subarray(0, 4)).toString("latin1") !== MAGIC) return undefined;
  const view = viewOf(bytes);
  if (!VERSIONS.includes(view.getUint32(4, true))) return undefined;
  const count = view.getBigUint64(16, true);
  if (count > MOST_VALUES) return undefined;
  let at: number | undefined = HEAD_BYTES;
  for (let index = 0n; index < count && at !== undefined; index += 1n) {
    const kindAt: number | undefined = afterText(view, at);
    if (kindAt === undefined || kindAt + 4 > view.byteLength) return undefined;
    onValue(Buffer.from(bytes.subarray(at + 8, kindAt)).toString("latin1"), kindAt);
    at = afterValue(view, kindAt);
  }
  return at;
}

/** Behind a value whose kind stands at `at`. */
function afterValue(view: DataView, at: number): number | undefined {
  const kind = view.getUint32(at, true);
  if (kind !== LIST) return afterItems(view, at + 4, { kind, count: 1n });
  if (at + 16 > view.byteLength) return undefined;
  return afterItems(view, at + 16, { kind: view.getUint32(at + 4, true), count: view.getBigUint64(at + 8, true) });
}

/** Behind so many values of one kind; a list of lists is in no vocabulary. */
function afterItems(
  view: DataView,
  start: number,
  { kind, count }: { readonly kind: number; readonly count: bigint },
): number | undefined {
  if (count > view.byteLength) return undefined;
  const size = VALUE_BYTES[kind];
  if (size !== undefined) return within(view, start + size * Number(count));
  if (kind !== TEXT) return undefined;
  let at: number | undefined = start;
  for (let index = 0n; index < count && at !== undefined; index += 1n) at = afterText(view, at);
  return at;
}

function afterText(view: DataView, at: number): number | undefined {
  if (at + 8 > view.byteLength) return undefined;
  const length = view.getBigUint64(at, true);
  return length > view.byteLength ? undefined : within(view, at + 8 + Number(length));
}

const within = (view: DataView, at: number): number | undefined => (at <= view.byteLength ? at : undefined);

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
