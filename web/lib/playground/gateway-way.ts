import "../verify/no-eval.ts";
import { LloomError } from "@lloom/protocol/lloom-error";
import type { ChatMessage } from "@lloom/protocol/messages";
import { receiptFileFromJson } from "@lloom/protocol/receipt-file";
import { serverOrigin } from "../guard/page-connections.ts";
import { list, text as readText, record } from "../readers.ts";
import type { AnswerEvent } from "./conversation.ts";
import { serverEvents } from "./server-events.ts";

/** A gateway that the visitor names, and the key that it asks for. */
export interface Gateway {
  /** Without /v1 and without a slash. */
  readonly url: string;
  readonly key: string;
}

/** What a visitor wrote as a gateway's address, in the form of `Gateway.url`; undefined for what is none. */
export function gatewayUrl(written: string): string | undefined {
  const text = written.trim();
  if (serverOrigin(text) === undefined) return undefined;
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname.replace(/(\/v1)?\/*$/, "")}`;
}

const MOST_MODELS = 200;
const TIMEOUT_MS = 15_000;

async function call({ url, key }: Gateway, path: string, init: RequestInit): Promise<Response> {
  const headers = { "content-type": "application/json", ...(key !== "" && { authorization: `Bearer ${key}` }) };
  let response: Response;
  try {
    response = await fetch(`${url}/v1${path}`, { ...init, headers, credentials: "omit", cache: "no-store" });
  } catch (cause) {
    if (init.signal?.aborted === true) throw new LloomError("CANCELLED", "You stopped it.", { cause });
    throw new LloomError("CHAIN_UNREACHABLE", "The gateway does not answer this page.", {
      cause,
      next: `See that it runs, and that it lets this page in: lloom gateway --cors-origin ${location.origin}.`,
    });
  }
  if (response.ok) return response;
  const said = await response.json().then(problemOf, () => "");
  throw new LloomError("UNSUPPORTED", `The gateway answered with status ${response.status}${said && `: ${said}`}`, {
    next:
      response.status === 401 ? "Give an API key of this gateway: lloom keys create." : "Do as it says, or try again.",
  });
}

function problemOf(body: unknown): string {
  try {
    return readText(record(record(body, "body")["error"], "error")["message"], "message");
  } catch {
    return "";
  }
}

/** Names of the models that a gateway has. Throws LloomError. */
export async function gatewayModels(gateway: Gateway): Promise<readonly string[]> {
  const response = await call(gateway, "/models", { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const models = list(record(await response.json(), "models")["data"], "data");
  return models.slice(0, MOST_MODELS).map((one) => readText(record(one, "model")["id"], "id"));
}

/**
 * Asks a gateway, which pays with its own money and answers for the key. At the signal the connection ends, whereupon it has the answer
 * stopped; its receipt is then with the gateway alone.
 */
export async function* askGateway(
  gateway: Gateway,
  { model, messages, maxTokens }: { model: string; messages: readonly ChatMessage[]; maxTokens: number },
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const body = { model, messages, max_tokens: maxTokens, temperature: 0, stream: true };
  const response = await call(gateway, "/chat/completions", { method: "POST", body: JSON.stringify(body), signal });
  yield { type: "executor", executor: undefined, prices: undefined };
  let text = "";
  for await (const data of serverEvents(response.body)) {
    if (data === "[DONE]") return;
    const chunk = record(JSON.parse(data), "chunk");
    if (chunk["error"] !== undefined) throw new LloomError("BACKEND_FAILED", `The gateway says: ${problemOf(chunk)}`);
    const [choice] = list(chunk["choices"] ?? [], "choices");
    const piece =
      choice === undefined ? undefined : record(record(choice, "choice")["delta"] ?? {}, "delta")["content"];
    if (typeof piece === "string" && piece !== "") {
      text += piece;
      yield { type: "text", text: piece };
    }
    if (chunk["lloom"] !== undefined) yield { type: "receipt", file: receiptOf(chunk["lloom"], text, messages) };
  }
}

/** The receipt with the texts that this page sent and got, which the gateway does not repeat. */
function receiptOf(facts: unknown, text: string, messages: readonly ChatMessage[]) {
  const file = receiptFileFromJson(JSON.stringify({ lloom: facts, choices: [{ message: { content: text } }] }));
  const { prompt } = file.content;
  return { ...file, content: { ...file.content, prompt: prompt && { ...prompt, messages } } };
}
