/**
 * A process that counts tokens by vocabularies that others made, and does nothing else. llama.cpp ends its process over a file
 * that it does not like, and a file that was made for it may do worse: so it is another process than the one with the key.
 */
import process from "node:process";
import { embeddedTexts, embeddingOutbound, isEmbedding } from "@lloom/protocol/form/embedding";
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel } from "node-llama-cpp";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { Counted, CountQuestion, CountReply, CountRequest } from "./count-messages.ts";
import { createModelCounter, type ModelCounter } from "./model-counter.ts";

/** A vocabulary may take a hundred megabytes here; the longest unused goes first. */
const MOST_LOADED = 4;

interface Loaded {
  readonly model: LlamaModel;
  readonly counter: ModelCounter;
}

const loaded = new BoundedMap<string, Loaded>({
  most: MOST_LOADED,
  onEvict: ({ model }) => void model.dispose(),
});
let llama: Promise<Llama> | undefined;

const startLlama = (): Promise<Llama> =>
  getLlama({
    ...{ gpu: false, build: "never", skipDownload: true, progressLogs: false },
    logLevel: LlamaLogLevel.disabled,
  });

async function load(path: string): Promise<Loaded> {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  llama ??= startLlama();
  const model = await (await llama).loadModel({ modelPath: path, vocabOnly: true, gpuLayers: 0 });
  const found = { model, counter: createModelCounter(model) };
  loaded.set(path, found);
  return found;
}

async function count({ vocabulary, messages, asOfSeconds, text, sampling }: CountQuestion): Promise<Counted> {
  const { model, counter } = await load(vocabulary);
  const version = model.llama.llamaCppRelease.release;
  if (sampling !== undefined && isEmbedding(sampling)) {
    const inboundTokens = counter.embeddedTokens(messages, embeddedTexts(text));
    return { inboundTokens, outboundTokens: embeddingOutbound(text), version };
  }
  return {
    // Some templates refuse to be asked nothing.
    inboundTokens: messages.length === 0 ? 0 : counter.inboundTokens(messages, asOfSeconds),
    outboundTokens: counter.outboundTokens(text),
    version,
  };
}

process.on("message", (request: CountRequest) => {
  const reply = (answer: CountReply): void => void process.send?.(answer);
  count(request).then(
    (counted) => reply({ id: request.id, counted }),
    (thrown: unknown) => reply({ id: request.id, problem: thrown instanceof Error ? thrown.message : String(thrown) }),
  );
});
// Whoever asked is gone.
process.on("disconnect", () => process.exit(0));
