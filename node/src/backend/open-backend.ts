import type { Log } from "../log.ts";
import type { Backend } from "./backend.ts";
import type { LlamaOptions } from "./llama-runtime.ts";
import { type OpenAiOptions, openOpenAi } from "./openai.ts";

/** Where answers come from, as an executor is configured. */
export type BackendOptions = LlamaOptions | OpenAiOptions;

const NEVER = new AbortController().signal;

/**
 * Opens a backend; loading a model may take minutes and ends with `signal`. Throws CONFIG_INVALID, BACKEND_FAILED. What runs models
 * is a fifth of an executor's program, and loaded only where it runs one.
 */
export async function openBackend(options: BackendOptions, log: Log, signal: AbortSignal = NEVER): Promise<Backend> {
  if (options.kind !== "llama") return openOpenAi(options);
  const { openLlama } = await import("./llama.ts");
  return openLlama(options, log, signal);
}
