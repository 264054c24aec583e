import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { dishonest, type ModelCheat } from "../../../devnet/src/cheats/dishonest-backend.ts";
import { coarsenWeights } from "../../../node/src/backend/coarse-weights.ts";
import { openLlama } from "../../../node/src/backend/llama.ts";
import { createLog } from "../../../node/src/log.ts";
import { answerCanary } from "../../../node/src/validator/calibrate/answer-canary.ts";
import { HonestNode } from "../../../node/src/validator/calibrate/honest-node.ts";
import type { Answerer } from "./answers.ts";

const never = new AbortController().signal;

/** Options of a model that is loaded for a benchmark: one answer at a time, one processor. */
export const loaded = (modelPath: string) =>
  ({ kind: "llama", modelPath, modelName: "lloom-tiny", threads: 1, sequences: 1 }) as const;

/** The devnet's cheat of this kind, with its backend; for `model` see `coarseNode`. */
export async function cheatNode(
  cheat: Exclude<ModelCheat, "model">,
  modelPath: string,
): Promise<Answerer & AsyncDisposable> {
  const inner = await openLlama(loaded(modelPath), createLog({ level: "silent", name: "bench" }), never);
  const backend = dishonest(cheat, inner, await inner.listModels(never));
  return {
    answer: (canary) => answerCanary(backend, canary),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}

/** Answers with weights that are rounded to so many bits. */
export async function coarseNode(modelPath: string, bits: number, directory: string): Promise<HonestNode> {
  const path = join(directory, `coarse-${bits}.gguf`);
  writeFileSync(path, await coarsenWeights(modelPath, bits));
  return HonestNode.open({ options: loaded(path), directory });
}
