import type { Receipt } from "@lloom/protocol/commitment-types";
import { receiptFromData } from "@lloom/protocol/receipts";
import OpenAI, { APIError } from "openai";
import { ExplainedError } from "../../checkout/explained-error.ts";

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

/** On a busy machine an executor may be too slow for the gateway's patience. */
const TRIES = 5;
/** From here on a refusal is about the network, not the question. */
const SERVER_ERROR = 500;

export interface FirstQuestion {
  readonly gatewayUrl: string;
  /** Gets the answer as it streams. */
  readonly onText: (text: string) => void;
  /** Hears why the gateway could not answer, before it is asked again. */
  readonly onRefusal: (why: string) => void;
  readonly signal: AbortSignal;
}

/** Sends one prompt through the gateway with the official client; again if the network was not ready for it. */
export async function askFirst(question: FirstQuestion): Promise<FirstAnswer> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask(question);
    } catch (thrown) {
      if (tries === TRIES || question.signal.aborted || !isPassing(thrown)) throw thrown;
      question.onRefusal((thrown as Error).message);
    }
  }
}

const isPassing = (thrown: unknown): boolean =>
  thrown instanceof APIError && (thrown.status === undefined || thrown.status >= SERVER_ERROR);

async function ask({ gatewayUrl, onText, signal }: FirstQuestion): Promise<FirstAnswer> {
  const openai = new OpenAI({ baseURL: `${gatewayUrl}/v1`, apiKey: "none-needed-on-loopback", maxRetries: 0 });
  const stream = await openai.chat.completions.create(
    {
      model: FIRST_MODEL,
      messages: [{ role: "user", content: FIRST_PROMPT }],
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
    if (text !== "") onText(text);
    answer += text;
    const { lloom } = chunk as LloomChunk;
    if (lloom?.receipt !== undefined) receiptData = lloom.receipt;
  }
  if (receiptData === undefined)
    throw new ExplainedError("The answer came without a receipt.", "Look into the gateway's log.");
  return { answer, receiptData, receipt: receiptFromData(receiptData) };
}
