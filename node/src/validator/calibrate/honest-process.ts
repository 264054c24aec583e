/**
 * A process that answers canaries as an executor does, of a build or with settings of its own. It is a process, since a build is
 * chosen once for each.
 */
import process from "node:process";
import { openLlama } from "../../backend/llama.ts";
import type { LlamaOptions } from "../../backend/llama-runtime.ts";
import { createLog } from "../../log.ts";
import { answerCanary } from "./answer-canary.ts";
import type { HonestReply, HonestRequest } from "./honest-messages.ts";

const never = new AbortController().signal;
const say = (reply: HonestReply): void => void process.send?.(reply);
const problemOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

async function serve(options: LlamaOptions): Promise<void> {
  const backend = await openLlama(options, createLog({ level: "silent", name: "honest" }), never);
  process.on("message", ({ id, canary }: HonestRequest) => {
    answerCanary(backend, canary).then(
      (found) => say({ id, answer: found }),
      (thrown: unknown) => say({ id, problem: problemOf(thrown) }),
    );
  });
  const [model] = await backend.listModels(never);
  if (model?.profile !== undefined) say({ ready: model.profile });
}

// Whoever asked is gone.
process.on("disconnect", () => process.exit(0));
serve(JSON.parse(process.argv[2] ?? "{}")).catch((thrown: unknown) => say({ problem: problemOf(thrown) }));
