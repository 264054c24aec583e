import { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Backend } from "./backend.ts";
import type { LlamaOptions } from "./llama-runtime.ts";
import { type OpenAiOptions, openOpenAi } from "./openai.ts";

/** Where answers come from, as an executor is configured. */
export type BackendOptions = LlamaOptions | OpenAiOptions;

/** As `package.json` has it: other versions keep to themselves what traces need. */
const LLAMA = "node-llama-cpp@3.21.1";

const NEVER = new AbortController().signal;

/**
 * Opens a backend; loading a model may take minutes and ends with `signal`. Throws CONFIG_INVALID, BACKEND_FAILED. What runs models
 * is a fifth of an executor's program, and loaded only where it runs one.
 */
export async function openBackend(options: BackendOptions, log: Log, signal: AbortSignal = NEVER): Promise<Backend> {
  if (options.kind !== "llama") return openOpenAi(options);
  const { openLlama } = await withLlama(import("./llama.ts"));
  return openLlama(options, log, signal);
}

/** A module that stands on llama.cpp, which whoever installs a package adds where models are run. Throws BACKEND_FAILED where it is not. */
export async function withLlama<T>(loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" || !message.includes("node-llama-cpp")) throw thrown;
    throw new LloomError("BACKEND_FAILED", "llama.cpp is not installed, which runs models in this process.", {
      cause: thrown,
      next: `Install it beside this package, npm install ${LLAMA}, or name a server of OpenAI's API.`,
    });
  }
}
