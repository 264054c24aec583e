import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { WIRE_LIMITS } from "@lloom/protocol/messages";
import type { VocabularyReply } from "@lloom/protocol/rpc-messages";
import { asLloomError, LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type SteadyClock, steadyClock, wallClock } from "../../primitives/clock.ts";
import { isVocabularyFile } from "../gguf-vocabulary.ts";
import { sha256 } from "../sha256.ts";

export interface VocabulariesOptions {
  /** Where they rest; made when the first one comes. */
  readonly directory: string;
  readonly steady?: SteadyClock;
  /** Bytes of all; the longest unused go first. */
  readonly mostBytes?: number;
  /** Those that stay, however long unused; asked when room is made. */
  readonly held?: () => readonly Hex[];
}

/** Asks somebody for the part from an offset on. */
export type FetchPart = (offset: number) => Promise<VocabularyReply>;

const MOST_BYTES = 256 * 1024 * 1024;
/** After a failure, before the same is asked for again. */
const AGAIN_MS = 60_000;
const REMEMBERED = 256;

/** Vocabularies of models by their SHA-256, fetched once and kept on disk. Nothing is taken that does not have its hash. */
export class Vocabularies {
  readonly #options: VocabulariesOptions;
  readonly #steady: SteadyClock;
  readonly #ready = new Map<Hex, Promise<string>>();
  readonly #failed = new BoundedMap<Hex, number>({ most: REMEMBERED });

  constructor(options: VocabulariesOptions) {
    this.#options = options;
    this.#steady = options.steady ?? steadyClock;
  }

  /**
   * The file of a vocabulary; fetched if it is not there, once however many ask, from the first of those who may have it that gives
   * it whole. Throws what fetching from the last of them throws, and FRAME_INVALID for what does not have the hash.
   */
  async get(hash: Hex, ...holders: readonly FetchPart[]): Promise<string> {
    const known = this.#ready.get(hash);
    if (known !== undefined) {
      const path = await known;
      if (existsSync(path)) return path;
      // Others took its room.
      if (this.#ready.get(hash) === known) this.#ready.delete(hash);
    }
    return this.#ready.get(hash) ?? this.#begin(hash, holders);
  }

  #begin(hash: Hex, holders: readonly FetchPart[]): Promise<string> {
    const getting = this.#get(hash, holders);
    this.#ready.set(hash, getting);
    getting.catch(() => this.#ready.delete(hash));
    return getting;
  }

  /** Whether it could not be had a moment ago, from whoever was asked. */
  isMissed(hash: Hex): boolean {
    const failedAtMs = this.#failed.peek(hash);
    return failedAtMs !== undefined && this.#steady() - failedAtMs < AGAIN_MS;
  }

  /** A part of one that is here, for others; `undefined` if it is not. Who asks holds the whole against the hash. */
  part(hash: Hex, offset: number): VocabularyReply | undefined {
    const path = this.#pathOf(hash);
    if (!existsSync(path)) return undefined;
    const file = openSync(path, "r");
    try {
      const { size: totalBytes } = fstatSync(file);
      const bytes = new Uint8Array(Math.max(0, Math.min(WIRE_LIMITS.vocabularyChunkBytes, totalBytes - offset)));
      return { totalBytes, bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset)) };
    } finally {
      closeSync(file);
    }
  }

  async #get(hash: Hex, holders: readonly FetchPart[]): Promise<string> {
    const path = this.#pathOf(hash);
    if (existsSync(path) && isRight(hash, readFileSync(path))) {
      // It was used now.
      const now = new Date(wallClock());
      utimesSync(path, now, now);
      return path;
    }
    if (this.isMissed(hash))
      throw new LloomError("EXECUTOR_UNREACHABLE", "The vocabulary could not be fetched a moment ago.");
    try {
      this.#store(path, await fetchFrom(hash, holders));
      return path;
    } catch (thrown) {
      this.#failed.set(hash, this.#steady());
      throw thrown;
    }
  }

  #pathOf(hash: Hex): string {
    return join(this.#options.directory, `${hash.slice(2)}.gguf`);
  }

  /** Whole or not at all, for its owner alone. */
  #store(path: string, bytes: Uint8Array): void {
    const { directory, mostBytes = MOST_BYTES, held = () => [] } = this.#options;
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const part = `${path}.${randomBytes(4).toString("hex")}`;
      writeFileSync(part, bytes, { mode: 0o600 });
      renameSync(part, path);
      makeRoom(directory, { kept: () => [path, ...held().map((hash) => this.#pathOf(hash))], mostBytes });
    } catch (cause) {
      throw asLloomError(cause, "STORE_FAILED");
    }
  }
}

async function fetchFrom(hash: Hex, holders: readonly FetchPart[]): Promise<Uint8Array> {
  let problem: unknown = new LloomError("MODEL_NOT_FOUND", "Nobody is known who may have the vocabulary.");
  for (const fetchPart of holders) {
    try {
      return await fetchRight(hash, fetchPart);
    } catch (thrown) {
      problem = thrown;
    }
  }
  throw problem;
}

async function fetchRight(hash: Hex, fetchPart: FetchPart): Promise<Uint8Array> {
  const bytes = await fetchAll(fetchPart);
  if (isRight(hash, bytes)) return bytes;
  throw new LloomError("FRAME_INVALID", "The vocabulary that came is another one.");
}

async function fetchAll(fetchPart: FetchPart): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { totalBytes, bytes } = await fetchPart(length);
    parts.push(bytes);
    length += bytes.length;
    if (length === totalBytes) return Buffer.concat(parts);
    if (bytes.length === 0 || length > totalBytes || length > WIRE_LIMITS.vocabularyBytes)
      throw new LloomError("FRAME_INVALID", "The vocabulary does not come to its end.");
  }
}

const isRight = (hash: Hex, bytes: Uint8Array): boolean => sha256(bytes) === hash && isVocabularyFile(bytes);

interface Room {
  readonly kept: () => readonly string[];
  readonly mostBytes: number;
}

/** Deletes the longest unused, but those that are kept, until the rest fits. */
function makeRoom(directory: string, { kept, mostBytes }: Room): void {
  const files = readdirSync(directory)
    .map((name) => join(directory, name))
    .map((path) => ({ path, ...statOf(path) }))
    .sort((a, b) => a.usedMs - b.usedMs);
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= mostBytes) return;
  const staying = new Set(kept());
  for (const { path, size } of files) {
    if (bytes <= mostBytes) return;
    if (staying.has(path)) continue;
    rmSync(path, { force: true });
    bytes -= size;
  }
}

/** Another process of this node may have deleted it meanwhile. */
function statOf(path: string): { readonly size: number; readonly usedMs: number } {
  const found = statSync(path, { throwIfNoEntry: false });
  return { size: found?.size ?? 0, usedMs: found?.mtimeMs ?? 0 };
}
