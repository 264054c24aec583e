import { LloomError } from "../errors.ts";
import { errorSchema } from "./openai-shapes.ts";

/** Where a server of OpenAI's API is, and how to be let in. */
export interface OpenAiServer {
  /** With the version, without a slash at the end. */
  readonly url: string;
  readonly apiKey: string | undefined;
}

const ERROR_BODY_BYTES = 64 * 1024;

/** Checks the configured address. Throws CONFIG_INVALID. */
export function parseServer({ url, apiKey }: { url: string; apiKey?: string | undefined }): OpenAiServer {
  const parsed = URL.parse(url);
  const isPlain = parsed?.username === "" && parsed.password === "" && parsed.search === "" && parsed.hash === "";
  if (parsed !== null && isPlain && /^https?:$/.test(parsed.protocol))
    return { url: parsed.href.replace(/\/+$/, ""), apiKey };
  throw new LloomError("CONFIG_INVALID", "The backend's URL is not a plain http or https address.", {
    next: "Give something like http://127.0.0.1:11434/v1; an API key goes into its own setting.",
  });
}

/** Calls the server; throws for every status but 2xx. `body` undefined: GET. */
export async function callServer(
  { url, apiKey }: OpenAiServer,
  { path, body, signal }: { path: string; body?: unknown; signal: AbortSignal },
): Promise<Response> {
  const request = fetch(`${url}${path}`, {
    signal,
    /** A redirect would take the key and the prompt to a server that nobody configured. */
    redirect: "error",
    headers: {
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  });
  const response = await request.catch((cause: unknown) => {
    signal.throwIfAborted();
    throw unreachable(url, cause);
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

/** A whole body as text. Throws BACKEND_FAILED when it is longer. */
export async function readBody(response: Response, limitBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of response.body ?? []) {
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
async function refusal(response: Response): Promise<LloomError> {
  const { status } = response;
  const text = await readBody(response, ERROR_BODY_BYTES).catch(() => "");
  const { code: upstreamCode, type: upstreamType } = errorSchema.safeParse(parseJson(text)).data?.error ?? {};
  const details = { status, upstreamCode, upstreamType, retryAfter: response.headers.get("retry-after") ?? undefined };
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
