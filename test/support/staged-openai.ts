import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import type { Completion } from "../../node/src/backend/backend.ts";

/** A server of OpenAI's API that behaves as a test tells it, over real HTTP. */
export interface StagedOpenAi extends AsyncDisposable {
  readonly url: string;
  models: Behaviour;
  chat: Behaviour;
  /** Chat completions and vectors, as they were asked for. */
  readonly asked: Asked[];
  /** TCP connections so far. */
  readonly connections: number;
}

export type Behaviour = (response: ServerResponse) => unknown;

export interface Asked {
  readonly path: string | undefined;
  readonly body: Record<string, unknown>;
  readonly headers: IncomingMessage["headers"];
  readonly response: ServerResponse;
}

export const ASK: Completion = {
  model: "llama3.2",
  messages: [{ role: "user", content: "Hello" }],
  sampling: { temperatureMilli: 700, topPMilli: 900, topK: 0, stop: [], responseFormat: "text" },
  maxOutboundTokens: 50,
};

/** Answers "Hello" until told otherwise. */
export async function stageOpenAi(): Promise<StagedOpenAi> {
  let connections = 0;
  const server = createServer(async (request, response) => {
    if (request.url === "/v1/models") return void staged.models(response);
    staged.asked.push({
      path: request.url,
      body: JSON.parse(await readText(request)),
      headers: request.headers,
      response,
    });
    await staged.chat(response);
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const listed = [{ id: "llama3.2:latest" }, { id: "qwen", max_model_len: 32_768 }];
  const staged: StagedOpenAi = {
    url: `http://127.0.0.1:${port}/v1`,
    models: (response) => json(response, 200, { object: "list", data: listed }),
    chat: (response) => answer(response, [text("Hel"), text("lo"), finish("stop"), usage(9, 2), DONE]),
    asked: [],
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return staged;
}

export const DONE = "data: [DONE]\n\n";
export const event = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
export const text = (content: string): string =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
export const finish = (reason: string): string => event({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });
export const usage = (inbound: number, outbound: number): string =>
  event({ choices: [], usage: { prompt_tokens: inbound, completion_tokens: outbound } });

/** Sends one JSON body. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** Begins a stream and leaves it open. */
export function begin(response: ServerResponse, ...parts: (string | Uint8Array)[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  for (const part of parts) response.write(part);
}

/** Sends a whole stream. */
export function answer(response: ServerResponse, parts: (string | Uint8Array)[]): void {
  begin(response, ...parts);
  response.end();
}
