// A backend that costs nothing: it answers so many tokens as are asked for, at once or at a model's pace. Run as a process of its own.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { AT_ONCE, answerText, PROMPT_TOKENS, pacedModel, paceOf, tokenText } from "./bench-answer.ts";
import { listenAndTell } from "./listen-and-tell.ts";

const USUAL_TOKENS = 16;
const MOST_TOKENS = 4_096;
/** Paces that are listed, milliseconds: an executor offers what is listed. */
const LISTED = [AT_ONCE, ...process.argv.slice(2).map((pace) => pacedModel(Number(pace)))];

interface Call {
  readonly model: string;
  readonly max_tokens?: number;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
}

const usageOf = (tokens: number): object => ({
  usage: { prompt_tokens: PROMPT_TOKENS, completion_tokens: tokens, total_tokens: PROMPT_TOKENS + tokens },
});

const head = (model: string, object: string): object => ({ id: "chatcmpl-bench", object, created: 1, model });

const event = (model: string, rest: object): string =>
  `data: ${JSON.stringify({ ...head(model, "chat.completion.chunk"), ...rest })}\n\n`;

const piece = (model: string, index: number): string =>
  event(model, { choices: [{ index: 0, delta: { content: tokenText(index) }, finish_reason: null }] });

function sendJson(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length }).end(bytes);
}

const listing = { object: "list", data: LISTED.map((id) => ({ id, object: "model", created: 1, owned_by: "bench" })) };

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === "/v1/models") return sendJson(response, 200, listing);
  const call = JSON.parse(await text(request)) as Call;
  const paceMs = paceOf(call.model);
  if (request.url !== "/v1/chat/completions" || paceMs === undefined)
    return sendJson(response, 404, { error: { message: "There is no such path or model." } });
  const tokens = Math.min(call.max_tokens ?? USUAL_TOKENS, MOST_TOKENS);
  if (call.stream !== true) return sendJson(response, 200, whole(call.model, tokens));
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (paceMs === 0)
    response.end(
      range(tokens)
        .map((at) => piece(call.model, at))
        .join("") + ending(call, tokens),
    );
  else pace({ call, response, tokens, paceMs });
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

const whole = (model: string, tokens: number): object => ({
  ...head(model, "chat.completion"),
  choices: [{ index: 0, message: { role: "assistant", content: answerText(tokens) }, finish_reason: "stop" }],
  ...usageOf(tokens),
});

const ending = ({ model, stream_options }: Call, tokens: number): string =>
  [
    event(model, { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
    stream_options?.include_usage === true ? event(model, { choices: [], ...usageOf(tokens) }) : "",
    "data: [DONE]\n\n",
  ].join("");

interface Paced {
  readonly call: Call;
  readonly response: ServerResponse;
  readonly tokens: number;
  readonly paceMs: number;
}

/** The first token at once, each other when it is due: a late one does not delay those after it. */
function pace({ call, response, tokens, paceMs }: Paced): void {
  const began = performance.now();
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    response.write(piece(call.model, sent++));
    if (sent === tokens) return void response.end(ending(call, tokens));
    timer = setTimeout(next, Math.max(0, began + sent * paceMs - performance.now()));
  };
  response.once("close", () => clearTimeout(timer));
  next();
}

listenAndTell(
  createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  }),
);
