import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What one backend does with a completion. */
export type Behaviour = "answer" | "hang" | "fail";

/** The model that every fault backend claims to have. */
export const FAULT_MODEL = "fault-model";
const WORDS = ["Looms ", "weave ", "threads."];
const INBOUND_TOKENS = 7;

/** One OpenAI-compatible server with a backend per path, each told how to behave. */
export interface FaultBackends extends AsyncDisposable {
  /** Base URL of a backend, for `--backend`. */
  readonly url: (name: string) => string;
  readonly behave: (name: string, behaviour: Behaviour) => void;
  /** Completions that a backend has been asked for. */
  readonly asked: (name: string) => number;
}

/** Stages faults over real HTTP: answers, hangs before the first token, or fails. */
export async function startFaultBackends(): Promise<FaultBackends> {
  const behaviours = new Map<string, Behaviour>();
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const [, name = "", , ...route] = (request.url ?? "").split("/");
    if (route.join("/") === "models")
      return json(response, 200, { object: "list", data: [{ id: FAULT_MODEL, object: "model" }] });
    asked.set(name, (asked.get(name) ?? 0) + 1);
    complete(request, response, behaviours.get(name) ?? "answer");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}/v1`,
    behave: (name, behaviour) => void behaviours.set(name, behaviour),
    asked: (name) => asked.get(name) ?? 0,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function complete(request: IncomingMessage, response: ServerResponse, behaviour: Behaviour): void {
  request.resume();
  if (behaviour === "fail") {
    json(response, 500, { error: { message: "the graphics card caught fire" } });
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  if (behaviour === "hang") return;
  const chunk = (body: object): void =>
    void response.write(`data: ${JSON.stringify({ object: "chat.completion.chunk", ...body })}\n\n`);
  for (const content of WORDS) chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  const usage = {
    prompt_tokens: INBOUND_TOKENS,
    completion_tokens: WORDS.length,
    total_tokens: INBOUND_TOKENS + WORDS.length,
  };
  chunk({ choices: [], usage });
  response.end("data: [DONE]\n\n");
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
