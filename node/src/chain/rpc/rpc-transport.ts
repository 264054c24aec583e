import type { IncomingMessage } from "node:http";
import type { HttpEndpoint } from "@lloom/protocol/http-endpoint";
import { KeptConnections } from "../../primitives/kept-connections.ts";

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
  /** The answer to the first sending was lost with an idle connection; this is the answer to the second. */
  readonly isRepeat: boolean;
}

/** No answer came; `reason` is safe to show. */
export interface NoAnswer {
  readonly reason: string;
  readonly isTimeout?: true;
}

/** Posts JSON to one server over connections that are kept. It knows the secret part of the address and tells it nobody. */
export class RpcTransport implements Disposable {
  readonly #endpoint: HttpEndpoint;
  readonly #connections = new KeptConnections({ maxSockets: SOCKETS });
  readonly #closed = new AbortController();

  constructor(endpoint: HttpEndpoint) {
    this.#endpoint = endpoint;
  }

  /** Aborts when the transport is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Sends a body and reads the answer; never throws. */
  async post(body: string): Promise<HttpAnswer | NoAnswer> {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const signal = AbortSignal.any([timeout, this.#closed.signal]);
    const answer = await this.#attempt(body, signal);
    return timeout.aborted && "reason" in answer ? { reason: "no answer in time", isTimeout: true } : answer;
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
    this.#connections[Symbol.dispose]();
  }

  async #attempt(body: string, signal: AbortSignal): Promise<HttpAnswer | NoAnswer> {
    const { origin, path, authorization } = this.#endpoint;
    const headers = {
      "content-type": "application/json",
      ...(authorization === undefined ? {} : { authorization }),
    };
    let response: IncomingMessage | undefined;
    let isRepeat = false;
    const onRepeat = (): void => {
      isRepeat = true;
    };
    try {
      response = await this.#connections.call({ url: new URL(path, origin), headers, body, signal, onRepeat });
      const text = await readText(response);
      if (text === undefined) return { reason: "the answer has no end" };
      return { status: response.statusCode ?? 0, text, retryAfterMs: retryAfterMs(response), isRepeat };
    } catch (thrown) {
      response?.destroy();
      return { reason: reasonOf(thrown) };
    }
  }
}

/** The whole of it; undefined for one that is too long, which is read no further. */
async function readText(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_BYTES) return undefined;
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
