import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ERROR_CODES } from "@lloom/protocol/error-codes";
import { isLoopback } from "@lloom/protocol/loopback";
import { asLloomError, LloomError } from "../errors.ts";
import type { Clock } from "../primitives/clock.ts";
import { type Rate, TokenBucket } from "../primitives/token-bucket.ts";
import type { Observer } from "./observer-options.ts";
import { readWanted } from "./read-wanted.ts";

export interface ObserverServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly observer: Pick<Observer, "sheet">;
  readonly metrics: () => Promise<{ readonly type: string; readonly body: string }>;
  /** What is in the way of its work, as `/ready` says it. */
  readonly ready: () => Promise<{ readonly status: "ready" | "waiting"; readonly reason?: string }>;
  readonly clock: Clock;
  /** Sheets of all callers together. */
  readonly rate?: Rate;
}

/** Serves what an observer saw. */
export interface ObserverServer extends AsyncDisposable {
  readonly url: string;
}

/** Whoever asks sends a line and some headers. */
const REQUEST_TIMEOUT_MS = 10_000;
const MOST_CONNECTIONS = 256;
const LONGEST_URL = 1_024;
/** A sheet costs a signature and a look at the disk. */
const RATE = { perSecond: 50, burst: 200 };

/** Listens. Throws PORT_TAKEN, CONFIG_INVALID. */
export async function openObserverServer(options: ObserverServerOptions): Promise<ObserverServer> {
  const { host, port } = options;
  const rate = new TokenBucket(options.rate ?? RATE);
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => void answer({ ...options, rate }, request, response),
  );
  server.maxConnections = MOST_CONNECTIONS;
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (cause) {
    throw listenProblem(cause, { host, port });
  }
  return {
    url: urlOf(server),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Serving = Omit<ObserverServerOptions, "rate"> & { readonly rate: TokenBucket };

async function answer(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { status, type, body } = await reply(serving, request);
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
  } catch (thrown) {
    const error = told(asLloomError(thrown));
    const { status } = ERROR_CODES[error.code];
    const headers = { "content-type": JSON_TYPE, ...(status === 429 && { "retry-after": "1" }) };
    response.writeHead(status, headers).end(`${JSON.stringify({ error })}\n`);
  }
}

/** What went wrong inside is nobody's business outside. */
function told({ code, message, next }: LloomError): Pick<LloomError, "code" | "message" | "next"> {
  if (ERROR_CODES[code].status < 500) return { code, message, next };
  return { code: "INTERNAL", message: "The observer failed.", next: ERROR_CODES.INTERNAL.next };
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const JSON_TYPE = "application/json";
const json = (status: number, text: string): Reply => ({ status, type: JSON_TYPE, body: `${text}\n` });

async function reply(
  { host, observer, metrics, ready, clock, rate }: Serving,
  request: IncomingMessage,
): Promise<Reply> {
  const { method = "", url = "/", headers } = request;
  if (method !== "GET" && method !== "HEAD") throw refusal("Only GET is answered.", "Ask with GET.");
  // A page in this machine's browser must not get in by a name that it points at 127.0.0.1.
  const asked = (headers.host ?? "localhost").replace(/:\d+$/, "");
  if (isLoopback(host) && !isLoopback(asked))
    throw refusal(
      "The host header names another machine.",
      "Ask for 127.0.0.1, or have it listen elsewhere: --observer-host.",
    );
  if (url.length > LONGEST_URL) throw refusal("The address is too long.", `Keep it below ${LONGEST_URL} characters.`);
  const { pathname, searchParams } = new URL(url, "http://observer");
  if (pathname === "/health") return json(200, JSON.stringify({ status: "ok" }));
  if (pathname === "/ready") {
    const found = await ready();
    return json(found.status === "ready" ? 200 : 503, JSON.stringify(found));
  }
  if (pathname === "/metrics") return { status: 200, ...(await metrics()) };
  if (!rate.take()) throw new LloomError("RATE_LIMITED", "The observer is asked too often.");
  return json(200, observer.sheet(readWanted(pathname, searchParams, clock())));
}

const refusal = (message: string, next: string): LloomError => new LloomError("REQUEST_INVALID", message, { next });

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function listenProblem(cause: unknown, { host, port }: { readonly host: string; readonly port: number }): LloomError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  if (code === "EADDRINUSE")
    return new LloomError("PORT_TAKEN", `Port ${port} of ${host} is taken.`, {
      cause,
      next: "Give --observer-port a free one, or 0 for any.",
    });
  return new LloomError("CONFIG_INVALID", `The observer cannot listen on ${host}, port ${port} (${code}).`, {
    cause,
    next: "Give --observer-host an address of this machine, such as 127.0.0.1, and --observer-port a number above 1023.",
  });
}
