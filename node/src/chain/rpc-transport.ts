import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { RpcEndpoint } from "./rpc-endpoint.ts";

/** One HTTP request, from the first byte to the last. */
const REQUEST_TIMEOUT_MS = 15_000;
/** Logs of a long range may be large; an answer without an end is none. */
const ANSWER_BYTES = 64 * 1024 * 1024;
const SOCKETS = 64;

/** What an HTTP server answered, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number;
}

/** No answer came; `reason` is safe to show. */
export interface NoAnswer {
  readonly reason: string;
  readonly isTimeout?: true;
}

/** Posts JSON to one server over connections that are kept. It knows the secret part of the address and tells it nobody. */
export class RpcTransport implements Disposable {
  readonly #endpoint: RpcEndpoint;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #closed = new AbortController();

  constructor(endpoint: RpcEndpoint) {
    this.#endpoint = endpoint;
    const options = { keepAlive: true, maxSockets: SOCKETS };
    this.#agent = endpoint.origin.startsWith("https:") ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** Aborts when the transport is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Sends a body and reads the answer; never throws. */
  async post(body: string): Promise<HttpAnswer | NoAnswer> {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const signal = AbortSignal.any([timeout, this.#closed.signal]);
    const answer = await this.#attempt(body, signal, this.#agent);
    if (timeout.aborted && "reason" in answer) return { reason: "no answer in time", isTimeout: true };
    if (!("stale" in answer)) return answer;
    // The server closed an idle connection at the moment of its use: that says nothing about the server.
    return this.#attempt(body, signal, false);
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
    this.#agent.destroy();
  }

  async #attempt(
    body: string,
    signal: AbortSignal,
    agent: HttpAgent | HttpsAgent | false,
  ): Promise<HttpAnswer | (NoAnswer & { readonly stale?: true })> {
    let request: ClientRequest | undefined;
    try {
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      request = this.#open({ body, signal, agent }).on("response", resolve).on("error", reject);
      request.end(body);
      const response = await promise;
      const text = await readText(response);
      return { status: response.statusCode ?? 0, text, retryAfterMs: retryAfterMs(response) };
    } catch (thrown) {
      request?.destroy();
      const reason = reasonOf(thrown);
      const isStale = request?.reusedSocket === true && (reason === "ECONNRESET" || reason === "EPIPE");
      return isStale && agent !== false ? { reason, stale: true } : { reason };
    }
  }

  #open({ body, signal, agent }: { body: string; signal: AbortSignal; agent: HttpAgent | HttpsAgent | false }) {
    const { origin, path, authorization } = this.#endpoint;
    const send = origin.startsWith("https:") ? httpsRequest : httpRequest;
    return send(new URL(path, origin), {
      method: "POST",
      agent,
      signal,
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        ...(authorization === undefined ? {} : { authorization }),
      },
    });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_BYTES) throw Object.assign(new RangeError("too long"), { code: "EMSGSIZE" });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function retryAfterMs({ headers }: IncomingMessage): number {
  const seconds = Number(headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

/** The system's word for what happened; messages may hold the address. */
function reasonOf(thrown: unknown): string {
  const code: unknown = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : "the connection failed";
}
