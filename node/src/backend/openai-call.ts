import type { IncomingMessage } from "node:http";
import { LloomError } from "../errors.ts";
import type { KeptConnections } from "../primitives/kept-connections.ts";
import { errorSchema } from "./openai-shapes.ts";

/** Where a server of OpenAI's API is, and how to be let in. */
export interface ServerAddress {
  /** With the version, without a slash at the end. */
  readonly url: string;
  readonly apiKey: string | undefined;
}

export interface OpenAiServer extends ServerAddress {
  readonly connections: KeptConnections;
}

/** The server's answer, whose body is still to be read: Node's own, since a `Response` of web streams costs more than the whole call. */
export type ServerAnswer = IncomingMessage;

const ERROR_BODY_BYTES = 64 * 1024;

/** Checks the configured address. Throws CONFIG_INVALID. */
export function parseServer({ url, apiKey }: { url: string; apiKey?: string | undefined }): ServerAddress {
  const parsed = URL.parse(url);
  const isPlain = parsed?.username === "" && parsed.password === "" && parsed.search === "" && parsed.hash === "";
  if (parsed !== null && isPlain && /^https?:$/.test(parsed.protocol))
    return { url: parsed.href.replace(/\/+$/, ""), apiKey };
  throw new LloomError("CONFIG_INVALID", "The backend's URL is not a plain http or https address.", {
    next: "Give something like http://127.0.0.1:11434/v1; an API key goes into its own setting.",
  });
}

export interface ServerCall {
  readonly path: string;
  /** Undefined: GET. */
  readonly body?: unknown;
  /** Header of the trace that the call belongs to. */
  readonly traceparent?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Calls the server; throws for every status but 2xx: a redirect, too, would take the key and the prompt to a server that nobody
 * configured.
 */
export async function callServer(
  { url, apiKey, connections }: OpenAiServer,
  { path, body, traceparent, signal }: ServerCall,
): Promise<ServerAnswer> {
  const headers = {
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    ...(traceparent !== undefined && { traceparent }),
    ...(body !== undefined && { "content-type": "application/json" }),
  };
  const text = body === undefined ? undefined : JSON.stringify(body);
  try {
    const answer = await connections.call({ url: new URL(`${url}${path}`), headers, body: text, signal });
    const { statusCode = 0 } = answer;
    if (statusCode >= 200 && statusCode <= 299) return answer;
    throw await refusal(answer, statusCode);
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown instanceof LloomError ? thrown : unreachable(url, thrown);
  }
}

/** A whole body as text. Throws BACKEND_FAILED when it is longer. */
export async function readBody(answer: ServerAnswer, limitBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    total += chunk.length;
    if (total > limitBytes)
      throw new LloomError("BACKEND_FAILED", `The backend's answer is longer than ${limitBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** JSON or undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(url: string, cause: unknown): LloomError {
  const code = codeOf(cause instanceof Error ? (cause.cause ?? cause) : cause);
  const details = { url, reason: code };
  if (/TIMEOUT/.test(code))
    return new LloomError("BACKEND_TIMEOUT", "The backend takes too long to connect.", { cause, details });
  return new LloomError("BACKEND_FAILED", `The backend cannot be reached (${code}).`, { cause, details });
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : "no connection";

/** The status keeps its number in the details; the server's own words stay out, since they may quote the prompt. */
async function refusal(answer: ServerAnswer, status: number): Promise<LloomError> {
  const text = await readBody(answer, ERROR_BODY_BYTES).catch(() => "");
  const { code: upstreamCode, type: upstreamType } = errorSchema.safeParse(parseJson(text)).data?.error ?? {};
  const details = { status, upstreamCode, upstreamType, retryAfter: answer.headers["retry-after"] };
  const refuse = (code: ConstructorParameters<typeof LloomError>[0], message: string): LloomError =>
    new LloomError(code, message, { details });
  if (status === 404) return refuse("MODEL_NOT_FOUND", "The backend does not know this model or address.");
  if (status === 400 || status === 413 || status === 422) {
    if (/context[ _](length|size|window)|too many tokens/i.test(text)) {
      return refuse("CONTEXT_EXCEEDED", "The conversation is longer than the context of the backend's model.");
    }
    return refuse("UNSUPPORTED", `The backend refuses the request (${upstreamCode ?? upstreamType ?? status}).`);
  }
  if (status === 401 || status === 403) return refuse("BACKEND_FAILED", "The backend does not accept the API key.");
  if (status === 429) return refuse("BACKEND_FAILED", "The backend is busy (429).");
  if (status === 408 || status === 504) return refuse("BACKEND_TIMEOUT", `The backend took too long (${status}).`);
  return refuse("BACKEND_FAILED", `The backend failed (${status}).`);
}
