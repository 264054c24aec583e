import { readFile } from "node:fs/promises";
import { GgmlType, type GgufTensorInfo, readGgufFileInfo } from "node-llama-cpp";
import { seededRandom } from "../../../node/src/validator/canary/draw.ts";

/** Kinds of values in the format. */
const [U32, I32, F32, BOOL, TEXT, LIST] = [4, 5, 6, 7, 8, 9] as const;
/** Numbers that are no integers by their meaning. */
const FRACTIONS = new Set(["llama.attention.layer_norm_rms_epsilon", "llama.rope.freq_base"]);
const NORMAL_TOKEN = 1;
const ALIGNMENT = 32;
const EMBEDDING = "token_embd.weight";
const VERSION = 3;

/**
 * The model with so many tokens: those that are new have names that no text has, and embeddings like those of old ones, so that their
 * logits spread alike. What it says means nothing; what a token of it takes is real.
 */
export async function widenVocabulary(path: string, size: number): Promise<Uint8Array> {
  const { metadata, fullTensorInfo: tensors = [] } = await readGgufFileInfo(path, {
    sourceType: "filesystem",
    logWarnings: false,
  });
  const file = await readFile(path);
  const values = flat(metadata);
  const tokens = values.get("tokenizer.ggml.tokens") as string[];
  const added = Array.from({ length: size - tokens.length }, (_, index) => `<wide${index}>`);
  values.set("llama.vocab_size", size);
  values.set("tokenizer.ggml.tokens", [...tokens, ...added]);
  const kinds = values.get("tokenizer.ggml.token_type") as number[];
  values.set("tokenizer.ggml.token_type", [...kinds, ...added.map(() => NORMAL_TOKEN)]);
  const data = tensors.map((tensor) =>
    tensor.name === EMBEDDING ? widened(file, tensor, size) : bytesOf(file, tensor),
  );
  let offset = 0;
  const infos = tensors.map((tensor, index) => {
    const info = tensorInfo(tensor, { offset, size });
    offset += aligned(data[index]?.length ?? 0);
    return info;
  });
  const head = Buffer.concat([
    ...[Buffer.from("GGUF"), u32(VERSION), u64(tensors.length), u64(values.size)],
    ...[...values].map(([key, value]) => Buffer.concat([text(key), typed(key, value)])),
    ...infos,
  ]);
  return Buffer.concat([head, data].flat().map(padded));
}

/** `general.name` and so on, as they stand in the file. */
function flat(value: object, prefix = ""): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, inner] of Object.entries(value)) {
    const key = `${prefix}${name}`;
    if (typeof inner === "object" && inner !== null && !Array.isArray(inner))
      for (const one of flat(inner, `${key}.`)) found.set(...one);
    else found.set(key, inner);
  }
  return found;
}

function typed(key: string, value: unknown): Buffer {
  if (typeof value === "string") return Buffer.concat([u32(TEXT), text(value)]);
  if (typeof value === "boolean") return Buffer.concat([u32(BOOL), Buffer.of(Number(value))]);
  if (!Array.isArray(value))
    return Buffer.concat(FRACTIONS.has(key) ? [u32(F32), f32(Number(value))] : [u32(U32), u32(Number(value))]);
  const isText = typeof value[0] === "string";
  const items = value.map((item) => (isText ? text(String(item)) : i32(Number(item))));
  return Buffer.concat([u32(LIST), u32(isText ? TEXT : I32), u64(value.length), ...items]);
}

function tensorInfo(
  { name, dimensions, ggmlType }: GgufTensorInfo,
  { offset, size }: { readonly offset: number; readonly size: number },
): Buffer {
  const wide = dimensions.map((length, at) => (name === EMBEDDING && at === 1 ? size : Number(length)));
  return Buffer.concat([text(name), u32(wide.length), ...wide.map(u64), u32(ggmlType), u64(offset)]);
}

function bytesOf(file: Buffer, { dimensions, ggmlType, fileOffset }: GgufTensorInfo): Buffer {
  const count = dimensions.reduce<number>((product, length) => product * Number(length), 1);
  const start = Number(fileOffset);
  return file.subarray(start, start + count * (ggmlType === GgmlType.F16 ? 2 : 4));
}

/** Rows that are new are old ones, each a little smaller. */
function widened(file: Buffer, tensor: GgufTensorInfo, size: number): Buffer {
  const old = Uint8Array.from(bytesOf(file, tensor));
  const row = Number(tensor.dimensions[0]);
  const rows = new Float16Array(size * row);
  const from = new Float16Array(old.buffer);
  const random = seededRandom(size);
  rows.set(from);
  for (let at = from.length; at < rows.length; at += row) {
    const shrink = 0.5 + random() / 2;
    const source = Math.floor(random() * (from.length / row)) * row;
    for (let place = 0; place < row; place++) rows[at + place] = shrink * (from[source + place] ?? 0);
  }
  return Buffer.from(rows.buffer);
}

const aligned = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
const number = (bytes: number, write: (buffer: Buffer) => unknown): Buffer => {
  const buffer = Buffer.alloc(bytes);
  write(buffer);
  return buffer;
};
const u32 = (value: number): Buffer => number(4, (buffer) => buffer.writeUInt32LE(value));
const i32 = (value: number): Buffer => number(4, (buffer) => buffer.writeInt32LE(value));
const f32 = (value: number): Buffer => number(4, (buffer) => buffer.writeFloatLE(value));
const u64 = (value: number): Buffer => number(8, (buffer) => buffer.writeBigUInt64LE(BigInt(value)));
const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
};
