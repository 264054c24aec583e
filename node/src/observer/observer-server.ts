import type { IncomingMessage, ServerResponse } from "node:http";
import { ERROR_CODES } from "@lloom/protocol/error-codes";
import { asLloomError, LloomError } from "../errors.ts";
import type { Clock } from "../primitives/clock.ts";
import { isForeignName, openSmallServer, type SmallServer } from "../primitives/small-server.ts";
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

const MOST_CONNECTIONS = 256;
const LONGEST_URL = 1_024;
/** A sheet costs a signature and a look at the disk. */
const RATE = { perSecond: 50, burst: 200 };

/** Serves what an observer saw. Throws PORT_TAKEN, CONFIG_INVALID. */
export function openObserverServer(options: ObserverServerOptions): Promise<SmallServer> {
  const { host, port } = options;
  const rate = new TokenBucket(options.rate ?? RATE);
  const place = {
    host,
    port,
    mostConnections: MOST_CONNECTIONS,
    flags: "--observer",
    cannot: "The observer cannot listen",
  };
  return openSmallServer(
    { ...place, holdsProcess: true },
    (request, response) => void answer({ ...options, rate }, request, response),
  );
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
  if (isForeignName(host, headers))
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
