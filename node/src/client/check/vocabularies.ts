import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
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
import { isVocabularyFile } from "../../backend/gguf-vocabulary.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type SteadyClock, steadyClock, wallClock } from "../../primitives/clock.ts";

export interface VocabulariesOptions {
  /** Where they rest; made when the first one comes. */
  readonly directory: string;
  readonly steady?: SteadyClock;
  /** Bytes of all; the longest unused go first. */
  readonly mostBytes?: number;
}

/** Asks for the part from an offset on. */
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
   * The file of a vocabulary; fetched if it is not there, once however many ask. Throws what fetching throws, and
   * FRAME_INVALID for what does not have the hash.
   */
  get(hash: Hex, fetchPart: FetchPart): Promise<string> {
    const known = this.#ready.get(hash);
    if (known !== undefined) return known;
    const getting = this.#get(hash, fetchPart);
    this.#ready.set(hash, getting);
    getting.catch(() => this.#ready.delete(hash));
    return getting;
  }

  /** Whether it could not be had a moment ago, from whoever was asked. */
  isMissed(hash: Hex): boolean {
    const failedAtMs = this.#failed.peek(hash);
    return failedAtMs !== undefined && this.#steady() - failedAtMs < AGAIN_MS;
  }

  async #get(hash: Hex, fetchPart: FetchPart): Promise<string> {
    const path = join(this.#options.directory, `${hash.slice(2)}.gguf`);
    if (existsSync(path) && isRight(hash, readFileSync(path))) {
      // It was used now.
      const now = new Date(wallClock());
      utimesSync(path, now, now);
      return path;
    }
    if (this.isMissed(hash))
      throw new LloomError("EXECUTOR_UNREACHABLE", "The vocabulary could not be fetched a moment ago.");
    try {
      this.#store(path, await fetchRight(hash, fetchPart));
      return path;
    } catch (thrown) {
      this.#failed.set(hash, this.#steady());
      throw thrown;
    }
  }

  /** Whole or not at all, for its owner alone. */
  #store(path: string, bytes: Uint8Array): void {
    const { directory, mostBytes = MOST_BYTES } = this.#options;
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const part = `${path}.${randomBytes(4).toString("hex")}`;
      writeFileSync(part, bytes, { mode: 0o600 });
      renameSync(part, path);
      makeRoom(directory, { keep: path, mostBytes });
    } catch (cause) {
      throw asLloomError(cause, "STORE_FAILED");
    }
  }
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

const isRight = (hash: Hex, bytes: Uint8Array): boolean =>
  `0x${createHash("sha256").update(bytes).digest("hex")}` === hash && isVocabularyFile(bytes);

/** Deletes the longest unused until the rest fits. */
function makeRoom(directory: string, { keep, mostBytes }: { readonly keep: string; readonly mostBytes: number }): void {
  const files = readdirSync(directory)
    .map((name) => join(directory, name))
    .map((path) => ({ path, ...statOf(path) }))
    .sort((a, b) => a.usedMs - b.usedMs);
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files) {
    if (bytes <= mostBytes) return;
    if (path === keep) continue;
    rmSync(path, { force: true });
    bytes -= size;
  }
}

/** Another process of this node may have deleted it meanwhile. */
function statOf(path: string): { readonly size: number; readonly usedMs: number } {
  const found = statSync(path, { throwIfNoEntry: false });
  return { size: found?.size ?? 0, usedMs: found?.mtimeMs ?? 0 };
}
