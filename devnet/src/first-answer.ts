import { availableParallelism, loadavg } from "node:os";
import type { Receipt } from "@lloom/protocol/commitment-types";
import { receiptFromData } from "@lloom/protocol/receipts";
import OpenAI, { APIError } from "openai";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { backoffMs } from "../../node/src/primitives/backoff.ts";
import { pause } from "../../node/src/primitives/pause.ts";

/** Asked of the shipped model; it knows this one well. */
export const FIRST_PROMPT = "What is Lloom?";
export const FIRST_MODEL = "lloom-tiny";

export interface FirstAnswer {
  readonly answer: string;
  readonly receipt: Receipt;
  /** The receipt as the gateway gave it. */
  readonly receiptData: unknown;
}

/** What the gateway adds to the last chunk of a stream. */
interface LloomChunk {
  readonly lloom?: { readonly receipt?: unknown };
}

/** So many on a machine that has time: then something is wrong. On a busy one executors may be too slow for the gateway's patience. */
const TRIES = 5;
const BETWEEN_TRIES = { firstMs: 100, longestMs: 30_000 };
/** Processes at work for each processor, from which on a machine is busy; a start alone makes fewer. */
const BUSY = 4;
/** From here on a refusal is about the network, not the question. */
const SERVER_ERROR = 500;

export interface FirstQuestion extends Omit<Question, "question"> {
  /** `FIRST_PROMPT` unless given. */
  readonly question?: string;
  /** Hears why the gateway could not answer, before it is asked again. */
  readonly onRefusal?: (why: string) => void;
  /** Whether the machine has more to do than it can; told by its load unless given. */
  readonly isBusy?: () => boolean;
}

/**
 * Sends one prompt through the gateway with the official client; again if the network was not ready for it, on a busy machine
 * as often as it takes.
 */
export async function askFirst(question: FirstQuestion): Promise<FirstAnswer> {
  const { onRefusal, signal, isBusy = isMachineBusy } = question;
  for (let tries = 1; ; tries++) {
    try {
      return await askOnce({ question: FIRST_PROMPT, ...question });
    } catch (thrown) {
      if (signal.aborted || !isPassing(thrown) || (tries >= TRIES && !isBusy())) throw thrown;
      onRefusal?.((thrown as Error).message);
      await pause(backoffMs(tries, BETWEEN_TRIES), signal);
    }
  }
}

const isMachineBusy = (): boolean => (loadavg()[0] ?? 0) > BUSY * availableParallelism();

const isPassing = (thrown: unknown): boolean =>
  thrown instanceof APIError && (thrown.status === undefined || thrown.status >= SERVER_ERROR);

/** One question to the gateway with the official client. */
interface Question {
  readonly gatewayUrl: string;
  readonly question: string;
  /** Gets the answer as it streams. */
  readonly onText?: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Asks once. Throws what the client throws. */
async function askOnce({ gatewayUrl, question, onText, signal }: Question): Promise<FirstAnswer> {
  const openai = new OpenAI({ baseURL: `${gatewayUrl}/v1`, apiKey: "none-needed-on-loopback", maxRetries: 0 });
  const stream = await openai.chat.completions.create(
    {
      model: FIRST_MODEL,
      messages: [{ role: "user", content: question }],
      temperature: 0,
      max_tokens: 160,
      stream: true,
      stream_options: { include_usage: true },
    },
    { signal },
  );
  let answer = "";
  let receiptData: unknown;
  for await (const chunk of stream) {
    const text = chunk.choices[0]?.delta.content ?? "";
    if (text !== "") onText?.(text);
    answer += text;
    const { lloom } = chunk as LloomChunk;
    if (lloom?.receipt !== undefined) receiptData = lloom.receipt;
  }
  if (receiptData === undefined)
    throw new ExplainedError("The answer came without a receipt.", "Look into the gateway's log.");
  return { answer, receiptData, receipt: receiptFromData(receiptData) };
}
