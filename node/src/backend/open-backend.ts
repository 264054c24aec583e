import type { Log } from "../log.ts";
import type { Backend } from "./backend.ts";
import { openLlama } from "./llama.ts";
import type { LlamaOptions } from "./llama-runtime.ts";
import { type OpenAiOptions, openOpenAi } from "./openai.ts";

/** Where answers come from, as an executor is configured. */
export type BackendOptions = LlamaOptions | OpenAiOptions;

const NEVER = new AbortController().signal;

/** Opens a backend; loading a model may take minutes and ends with `signal`. Throws CONFIG_INVALID, BACKEND_FAILED. */
export async function openBackend(options: BackendOptions, log: Log, signal: AbortSignal = NEVER): Promise<Backend> {
  return options.kind === "llama" ? openLlama(options, log, signal) : openOpenAi(options);
}
