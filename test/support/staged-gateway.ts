import { Writable } from "node:stream";
import OpenAI from "openai";
import { pino } from "pino";
import { createGateway, type Gateway, type GatewayParts } from "../../node/src/gateway/gateway.ts";
import type { GatewayOptions } from "../../node/src/gateway/gateway-options.ts";
import { DEPLOYMENT, type StagedClient, stageClient } from "./staged-client.ts";
import { type StagedMemory, stageMemory } from "./staged-memory.ts";

type OtherParts = Pick<GatewayParts, "metrics" | "keys" | "batches" | "executorFacts" | "x402">;

/** A real gateway over a staged client, for tests. */
export interface StagedGateway extends AsyncDisposable {
  readonly client: StagedClient;
  readonly memory: StagedMemory;
  /** Everything that was logged, at any level. */
  readonly logged: () => string;
  start(options?: Partial<GatewayOptions> & OtherParts): Promise<Gateway>;
}

export const ASK = { model: "lloom-tiny", messages: [{ role: "user" as const, content: "a secret question" }] };

export function stageGateway(): StagedGateway {
  const client = stageClient();
  const stack = new AsyncDisposableStack();
  const memory = stack.use(stageMemory());
  let logged = "";
  const sink = new Writable({
    write(chunk, _, done) {
      logged += String(chunk);
      done();
    },
  });
  const log = pino({ level: "trace" }, sink);
  return {
    ...{ client, memory },
    logged: () => logged,
    start: async ({ metrics, keys, executorFacts, batches, x402, ...options } = {}) => {
      const measured = { ...(metrics && { metrics }), ...(executorFacts && { executorFacts }) };
      const given = { ...measured, ...(keys && { keys }), ...(batches && { batches }), ...(x402 && { x402 }) };
      const parts = { client, memory, deployment: DEPLOYMENT, log, ...given };
      return stack.use(await createGateway({ ...parts, options: { port: 0, ...options } }));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The official client, as everybody uses it, but without second tries. */
export const openai = ({ url }: { url: string }, apiKey = "none"): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });

/** POST /v1/chat/completions by hand. */
export const post = (
  { url }: { url: string },
  body: unknown,
  { headers = {}, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });

export const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

export async function collect(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<Record<string, unknown>[]> {
  const chunks: Record<string, unknown>[] = [];
  for await (const chunk of stream) chunks.push({ ...chunk });
  return chunks;
}
