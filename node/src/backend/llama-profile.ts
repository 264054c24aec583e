import { CHAT_FEATURES } from "@lloom/protocol/form/features";
import type { Profile } from "@lloom/protocol/profile";
import { GgmlType, GgufFileType, type Llama, type LlamaContext, type LlamaModel } from "node-llama-cpp";
import { LOGPROBS_AMONG } from "./llama-trace.ts";
import { chatTemplateOf } from "./llama-vocabulary.ts";
import { sha256 } from "./sha256.ts";

/** A model as it is loaded. */
interface Loaded {
  readonly llama: Llama;
  readonly model: LlamaModel;
  /** Whether it computes on the graphics card. */
  readonly gpu: boolean;
  /** The vocabulary as a file. */
  readonly vocabulary: Uint8Array;
}

/** The same as it runs. */
export interface Running extends Loaded {
  readonly context: LlamaContext;
  /** Whether several answers' tokens are computed together. */
  readonly sharedBatches: boolean;
}

/**
 * What changes the logits of a model inside this process, read from what runs. Threads and the number of sequences are left
 * out, since answers do not depend on them.
 */
export function llamaProfile({ context, sharedBatches, ...loaded }: Running): Profile {
  return {
    ...ofModel(loaded),
    keyCache: GgmlType[context.kvCacheKeyType],
    valueCache: GgmlType[context.kvCacheValueType],
    flashAttention: String(context.flashAttention),
    batchSize: context.batchSize,
    maxContext: context.contextSize,
    template: sha256(chatTemplateOf(loaded.model)),
    batchInvariant: !sharedBatches,
    evidence: "trace",
    logprobsAmong: LOGPROBS_AMONG,
    features: [...CHAT_FEATURES],
  };
}

/** The same of a model that embeds and answers nothing: no vector comes with a trace. */
export const embeddingProfile = ({ maxContext, ...loaded }: Loaded & { readonly maxContext: number }): Profile => ({
  ...ofModel(loaded),
  maxContext,
  evidence: "text",
  features: ["embedding"],
  conversations: false,
});

function ofModel({ llama, model, gpu, vocabulary }: Loaded) {
  const { file_type: fileType } = model.fileInfo.metadata.general;
  const precision = fileType === undefined ? undefined : GgufFileType[fileType];
  return {
    backend: "llama.cpp",
    version: llama.llamaCppRelease.release,
    device: gpu && llama.gpu !== false ? llama.gpu : "cpu",
    instructions: instructionsOf(llama.systemInfo),
    ...(precision !== undefined && { precision: precision.replace(/^(MOSTLY|ALL)_/, "") }),
    vocabulary: sha256(vocabulary),
  };
}

/** What llama.cpp says that it uses of the processor, such as "AVX2 FMA". */
const instructionsOf = (systemInfo: string): string =>
  [...systemInfo.matchAll(/(\w+) = 1\b/g)].map(([, name]) => name).join(" ") || "none";
