import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { promisedBy } from "@lloom/protocol/profile";
import type { Backend } from "../../backend/backend.ts";
import type { TokenCounter } from "../../backend/counting/token-counter.ts";
import type { CountOwn } from "./measured-reply.ts";

/**
 * Counts answers of this executor again, as a juror would: by the vocabulary of the profile that was signed, as it was kept with
 * the request, in a process of its own. Answers whose profile names none, or one that the backend does not have any more, it cannot count.
 */
export class OwnCounts implements AsyncDisposable {
  readonly #backend: Backend;
  #counter: TokenCounter | undefined;
  #directory: string | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  readonly count: CountOwn = async ({ receipt, prompt, text }) => {
    const { vocabulary: hash, version } = promisedBy(prompt);
    const vocabulary = hash && (await this.#fileOf(hash));
    if (vocabulary === undefined) return undefined;
    const { TokenCounter } = await import("../../backend/counting/token-counter.ts");
    this.#counter ??= new TokenCounter();
    const asOfSeconds = Number(receipt.request.deadline);
    const { messages, sampling } = prompt;
    const counts = await this.#counter.count({ vocabulary, messages, asOfSeconds, text, sampling });
    return { counts, isSameVersion: counts.version === version };
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#counter?.[Symbol.asyncDispose]();
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
  }

  async #fileOf(hash: Hex): Promise<string | undefined> {
    const bytes = this.#backend.vocabulary?.(hash);
    if (bytes === undefined) return undefined;
    this.#directory ??= await mkdtemp(join(tmpdir(), "lloom-counting-"));
    const path = join(this.#directory, `${hash.slice(2)}.gguf`);
    await writeFile(path, bytes);
    return path;
  }
}
