import type { Hex } from "@lloom/protocol/commitment-types";
import type { Profile } from "@lloom/protocol/profile";
import {
  type CustomBatchingPrioritizationStrategy,
  getLlama,
  type Llama,
  type LlamaContext,
  type LlamaContextOptions,
  LlamaLogLevel,
  type LlamaModel,
} from "node-llama-cpp";
import { asLloomError, LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { readVocabularyFile } from "./gguf-vocabulary.ts";
import { llamaProfile } from "./llama-profile.ts";
import { traceContext } from "./llama-trace.ts";
import { hashWeights, isGguf } from "./weights-hash.ts";

/** How an embedded model is loaded. */
export interface LlamaOptions {
  readonly kind: "llama";
  /** A GGUF file with a chat template, or one that was made to embed; of a model in parts, the first. */
  readonly modelPath: string;
  /** The name that is offered and asked for. */
  readonly modelName: string;
  /** Processor threads for all answers together. Never guessed: on a busy machine too many are slower by far. */
  readonly threads: number;
  /** Answers at once; each has a whole context in memory. */
  readonly sequences: number;
  /** Tokens of prompt and answer together; default what the model was trained for, at most 8192. */
  readonly contextSize?: number;
  /**
   * Compute the next tokens of all running answers together. Several times as many tokens per second in all, but what
   * runs beside an answer then moves its last bits, and so now and then a word. Default false: an answer depends on its
   * request alone.
   */
  readonly sharedBatches?: boolean;
  /** Compute on the graphics card, for which its package has to be installed; default false. */
  readonly gpu?: boolean;
  /** Vectors of texts are sold too, though the model was made for conversations; default false. */
  readonly embeds?: boolean;
  /** Computes otherwise than llama.cpp would by itself: as another node does whose answers are compared. */
  readonly computing?: Computing;
}

/** What moves the last bits of a model's logits. */
export interface Computing {
  /** Tokens of a prompt that are computed together. */
  readonly batchSize?: number;
  readonly flashAttention?: boolean;
  /** How keys and values of the context are stored. */
  readonly keyValueCache?: "F16" | "BF16" | "Q8_0";
}

/** A loaded model. */
export interface LoadedModel {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly weightsHash: Hex;
  /** The vocabulary as a file. */
  readonly vocabulary: Uint8Array;
}

/** The same, ready to make sequences. */
export interface LlamaRuntime extends LoadedModel {
  readonly context: LlamaContext;
  readonly profile: Profile;
}

const DEFAULT_CONTEXT_TOKENS = 8192;

/** How something of a model is opened; whatever was opened is closed by `stack`. */
export interface LoadingOptions {
  readonly log: Log;
  readonly stack: AsyncDisposableStack;
  readonly signal: AbortSignal;
}

/** Loads the model and a context to answer in. Throws CONFIG_INVALID, BACKEND_FAILED. */
export const loadLlama = async (options: LlamaOptions, opening: LoadingOptions): Promise<LlamaRuntime> =>
  openContext(await loadModel(options, opening), options, opening);

/** Loads the model alone. Throws CONFIG_INVALID, BACKEND_FAILED. */
export async function loadModel(options: LlamaOptions, { log, stack, signal }: LoadingOptions): Promise<LoadedModel> {
  const weightsHash = await readWeights(options, signal);
  try {
    const llama = await startLlama(options, log);
    stack.defer(() => llama.dispose());
    if (options.gpu && llama.gpu === false) throw cardMissing();
    const model = await llama.loadModel({
      modelPath: options.modelPath,
      loadSignal: signal,
      ...(options.gpu ? {} : { gpuLayers: 0 }),
    });
    stack.defer(() => model.dispose());
    return { llama, model, weightsHash, vocabulary: await readVocabularyFile(options.modelPath) };
  } catch (cause) {
    throw asLloomError(cause, "BACKEND_FAILED");
  }
}

/** A context to answer in. Throws CONFIG_INVALID for a model that was not made for conversations, BACKEND_FAILED. */
export async function openContext(
  loaded: LoadedModel,
  options: LlamaOptions,
  { stack, signal }: LoadingOptions,
): Promise<LlamaRuntime> {
  const { llama, model, vocabulary } = loaded;
  const { gpu = false, sharedBatches = false } = options;
  try {
    const contextSize = contextTokens(model, options);
    const context = await model.createContext({ ...contextOptions(options), contextSize, createSignal: signal });
    // Outlives the context, which may be sampling.
    stack.use(traceContext(model, context));
    stack.defer(() => context.dispose());
    return { ...loaded, context, profile: llamaProfile({ llama, model, context, gpu, sharedBatches, vocabulary }) };
  } catch (cause) {
    throw asLloomError(cause, "BACKEND_FAILED");
  }
}

/** Tokens of one question, with its answer. */
export const contextTokens = (model: LlamaModel, { contextSize }: LlamaOptions): number =>
  contextSize ?? Math.min(model.trainContextSize, DEFAULT_CONTEXT_TOKENS);

/** There llama.cpp comes in one build, for the card; it computes on the processor what it is given no layers for. */
const HAS_CARD_BUILD_ALONE = process.platform === "darwin" && process.arch === "arm64";

/** The prebuilt binary that came with the package: nothing is compiled or fetched. */
function startLlama({ gpu }: LlamaOptions, log: Log): Promise<Llama> {
  return getLlama({
    gpu: gpu || HAS_CARD_BUILD_ALONE ? "auto" : false,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    /** No limit across contexts: each has its own `threads`. */
    maxThreads: 0,
    logLevel: LlamaLogLevel.warn,
    logger: (level, text) => log.debug({ level, text }, "llama.cpp"),
  });
}

function contextOptions({ sequences, threads, sharedBatches = false, computing }: LlamaOptions): LlamaContextOptions {
  const { batchSize, flashAttention, keyValueCache: cache } = computing ?? {};
  const oneByOne: CustomBatchingPrioritizationStrategy = ({ items, size }) =>
    items.slice(0, 1).map((item) => ({ item, processAmount: Math.min(size, item.tokens.length) }));
  return {
    ...{ sequences, threads },
    ...(batchSize !== undefined && { batchSize }),
    ...(flashAttention !== undefined && { flashAttention }),
    ...(cache !== undefined && { experimentalKvCacheKeyType: cache, experimentalKvCacheValueType: cache }),
    ...(!sharedBatches && { batching: { itemPrioritizationStrategy: oneByOne } }),
  };
}

/** llama.cpp would fall back to the processor without a word, and be slower than whoever asked for a card expects. */
const cardMissing = (): LloomError =>
  new LloomError("CONFIG_INVALID", "llama.cpp finds no graphics card that it can use.", {
    next: "Install its package for the card, as docs/backends.md says, or set gpu to off.",
  });

/** Hash of the file, after a look whether it is a model at all. */
async function readWeights({ modelPath }: LlamaOptions, signal: AbortSignal): Promise<Hex> {
  try {
    if (await isGguf(modelPath)) return await hashWeights(modelPath, signal);
  } catch (cause) {
    const next = "Check the path and the file's permissions.";
    throw new LloomError("CONFIG_INVALID", `The model's file cannot be read: ${modelPath}`, { cause, next });
  }
  const next = "Give the path of a GGUF file.";
  throw new LloomError("CONFIG_INVALID", `No model in GGUF format: ${modelPath}`, { next });
}
