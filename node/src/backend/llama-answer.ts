import type { Sampling } from "@lloom/protocol/messages";
import type { TraceToken } from "@lloom/protocol/trace";
import type { LlamaContextSequence, LlamaGrammar, LlamaModel, Token } from "node-llama-cpp";
import type { CompletionEvent } from "./backend.ts";
import type { ModelCounter } from "./counting/model-counter.ts";
import { samplerOptions } from "./llama-sampler.ts";
import { evaluateTraced } from "./llama-trace.ts";
import { createStopFilter } from "./stop-strings.ts";
import { createTokenText } from "./token-text.ts";
import { TraceWriter } from "./trace-writer.ts";

/** One answer to compute on a borrowed sequence. */
export interface AnswerJob {
  readonly model: LlamaModel;
  /** Counts what is charged. */
  readonly counter: ModelCounter;
  readonly sequence: LlamaContextSequence;
  /** What the answer has to follow; absent: it is free. */
  readonly grammar: LlamaGrammar | undefined;
  readonly prompt: readonly Token[];
  readonly sampling: Sampling;
  /** Answer tokens at most; prompt and answer fit into the context. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** Reads the prompt, then samples until an end: of turn, of the limit, a stop string, or the signal. */
export async function* computeAnswer(job: AnswerJob): AsyncGenerator<CompletionEvent, void, void> {
  const { model, counter, sequence, prompt, signal, limit } = job;
  await sequence.clearHistory();
  const rest = await readPrompt(job);
  let written = 0;
  let delivered = "";
  const trace: TraceToken[] = [];
  const tokens: Token[] = [];
  const writer = new TraceWriter();
  const end = (finishReason: "stop" | "length" | "cancelled"): CompletionEvent => {
    /** Cancelled while reading: what was read. Afterwards the last piece of the prompt is read with the first token. */
    const inboundTokens = written > 0 || !signal.aborted ? prompt.length : sequence.nextTokenIndex;
    const outboundTokens = counter.outboundTokens(delivered);
    return { type: "end", finishReason, inboundTokens, outboundTokens, trace, written: writer.finish() };
  };
  const deliver = (piece: string): CompletionEvent => {
    delivered += piece;
    return { type: "text", text: piece };
  };
  if (signal.aborted) return yield end("cancelled");
  const text = createTokenText<Token>((tokens, before) => model.detokenize(tokens, false, before), prompt);
  const stop = createStopFilter(job.sampling.stop);
  let finishReason: "stop" | "length" | "cancelled" = "stop";
  for await (const { token, trace: odds } of evaluateTraced(sequence, rest, samplerOptions(job, tokens))) {
    if (signal.aborted) {
      finishReason = "cancelled";
      break;
    }
    trace.push(odds);
    writer.push(odds);
    tokens.push(token);
    if (model.isEogToken(token)) break;
    written++;
    const piece = stop.push(text.push(token));
    if (piece.text !== "") yield deliver(piece.text);
    if (piece.stopped) break;
    if (written === limit) {
      finishReason = "length";
      break;
    }
  }
  const held = stop.flush();
  if (held !== "") yield deliver(held);
  yield end(finishReason);
}

/** Reads all but the last batch of the prompt, so that a long one can be cancelled between batches; returns the rest. */
async function readPrompt({ sequence, prompt, signal }: AnswerJob): Promise<Token[]> {
  const { batchSize } = sequence.context;
  let read = 0;
  while (prompt.length - read > batchSize && !signal.aborted) {
    await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(read, read + batchSize));
    read += batchSize;
  }
  return prompt.slice(read);
}
