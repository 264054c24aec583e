import { EMBEDDING_LIMITS } from "@lloom/protocol/form/answer-settings";
import { embeddingOutbound } from "@lloom/protocol/form/embedding";
import { vectorLine } from "@lloom/protocol/form/vectors";
import { LloomError } from "../../errors.ts";
import type { Completion, CompletionEvent } from "../backend.ts";
import { callServer, type OpenAiServer, parseJson, readBody } from "../openai-call.ts";
import { embeddingsSchema } from "../openai-shapes.ts";
import { createWatchdog } from "../watchdog.ts";

/** A number with all its digits, a comma, and what stands around. */
const BYTES_PER_NUMBER = 32;
const ANSWER_BYTES = EMBEDDING_LIMITS.texts * EMBEDDING_LIMITS.dimensions * BYTES_PER_NUMBER;

export interface Embedding {
  readonly completion: Completion;
  readonly signal: AbortSignal;
  /** The server may take so long for all of it. */
  readonly timeoutMs: number;
}

/**
 * Vectors by POST /embeddings of a server, all texts in one call; whatever their length, they are scaled to 1. The prompt's tokens are the
 * server's own `usage`. Throws BACKEND_FAILED for what are no vectors of the texts, and UNSUPPORTED where they are not as long as was asked.
 */
export async function* embedByServer(
  server: OpenAiServer,
  { completion, signal, timeoutMs }: Embedding,
): AsyncGenerator<CompletionEvent, void, void> {
  const { model, messages, sampling } = completion;
  const dimensions = sampling.embedding?.dimensions;
  using watchdog = createWatchdog(signal);
  let answer: unknown;
  try {
    watchdog.start(timeoutMs, "the vectors");
    const body = {
      ...{ model, input: messages.map(({ content }) => content), encoding_format: "float" },
      ...(dimensions !== undefined && { dimensions }),
    };
    const response = await callServer(server, { path: "/embeddings", body, signal: watchdog.signal });
    answer = parseJson(await readBody(response, ANSWER_BYTES));
  } catch (thrown) {
    if (!signal.aborted) throw watchdog.explain(thrown);
    yield { type: "end", finishReason: "cancelled", inboundTokens: 0, outboundTokens: 0 };
    return;
  }
  const parsed = embeddingsSchema.safeParse(answer);
  if (!parsed.success) throw noVectors("are not in OpenAI's shape, or without usage");
  const { data, usage } = parsed.data;
  const text = linesOf(data, messages.length);
  if (dimensions !== undefined && data.some(({ embedding }) => embedding.length !== dimensions))
    throw new LloomError("UNSUPPORTED", `The backend gives no vectors of ${dimensions} numbers.`);
  yield { type: "text", text };
  yield {
    ...{ type: "end", finishReason: "stop", inboundTokens: usage.prompt_tokens },
    outboundTokens: embeddingOutbound(text),
  };
}

/** A line for each text, in the texts' order, whatever order the server has. */
function linesOf(data: readonly { readonly index: number; readonly embedding: readonly number[] }[], texts: number) {
  const lines = Array.from({ length: texts }, (_, place) => {
    const found = data.find(({ index }) => index === place);
    const line = found && vectorLine(found.embedding);
    if (line === undefined) throw noVectors("are not one of finite numbers for each text");
    return line;
  });
  if (data.length > texts) throw noVectors("are more than the texts");
  return lines.join("");
}

const noVectors = (why: string): LloomError =>
  new LloomError("BACKEND_FAILED", `The backend's vectors ${why}; nothing is charged.`);
