import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { hashProfile, profileText } from "@lloom/protocol/profile";
import type { Backend } from "../../backend/backend.ts";
import type { TokenCounter } from "../../backend/counting/token-counter.ts";
import type { CountOwn, OwnAnswer } from "./measured-reply.ts";

/** How long the backend may take to tell its models. */
const MODELS_MS = 10_000;

/**
 * Counts answers of this executor again, as a juror would: by the vocabulary of the profile that was signed, in a process of its
 * own. Answers of a profile that the backend does not have any more, or without a vocabulary, it cannot count.
 */
export class OwnCounts implements AsyncDisposable {
  readonly #backend: Backend;
  #counter: TokenCounter | undefined;
  #directory: string | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  readonly count: CountOwn = async ({ receipt, prompt, text }) => {
    const found = await this.#vocabularyOf(prompt);
    if (found === undefined) return undefined;
    const vocabulary = await this.#fileOf(found.hash);
    if (vocabulary === undefined) return undefined;
    const { TokenCounter } = await import("../../backend/counting/token-counter.ts");
    this.#counter ??= new TokenCounter();
    const asOfSeconds = Number(receipt.request.deadline);
    const counts = await this.#counter.count({ vocabulary, messages: prompt.messages, asOfSeconds, text });
    return { counts, isSameVersion: counts.version === found.version };
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#counter?.[Symbol.asyncDispose]();
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
  }

  async #vocabularyOf({
    profileHash,
  }: OwnAnswer["prompt"]): Promise<{ readonly hash: Hex; readonly version: string | undefined } | undefined> {
    const models = await this.#backend.listModels(AbortSignal.timeout(MODELS_MS));
    const signed = models.find(({ profile }) => profile && hashProfile(profileText(profile)) === profileHash)?.profile;
    return signed?.vocabulary === undefined ? undefined : { hash: signed.vocabulary, version: signed.version };
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
