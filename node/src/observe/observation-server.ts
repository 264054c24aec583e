import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isLoopback } from "@lloom/protocol/loopback";
import { LloomError } from "../errors.ts";
import type { Metrics } from "./metrics.ts";
import type { Readiness } from "./readiness.ts";

export interface ObservationOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly metrics: Pick<Metrics, "text">;
  readonly ready: () => Promise<Readiness>;
}

/** Serves `/metrics`, `/health` and `/ready` to whoever reaches it. */
export interface ObservationServer extends AsyncDisposable {
  readonly url: string;
}

/** Whoever asks sends a line and some headers. */
const REQUEST_TIMEOUT_MS = 10_000;
const MOST_CONNECTIONS = 64;

/** Listens. Throws PORT_TAKEN, CONFIG_INVALID. */
export async function openObservationServer(options: ObservationOptions): Promise<ObservationServer> {
  const { host, port } = options;
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => void answer(options, request, response),
  );
  server.maxConnections = MOST_CONNECTIONS;
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (cause) {
    throw listenProblem(cause, { host, port });
  }
  // A node that is done does not stay for whoever may still ask how it is.
  server.unref();
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

async function answer(
  { host, metrics, ready }: ObservationOptions,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const tell = (status: number, body: object): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
  };
  try {
    if (request.method !== "GET" && request.method !== "HEAD") return tell(405, { error: "Only GET is answered." });
    // A page in this machine's browser must not get in by a name that it points at 127.0.0.1.
    const asked = (request.headers.host ?? "localhost").replace(/:\d+$/, "");
    if (isLoopback(host) && !isLoopback(asked)) return tell(403, { error: "The host header names another machine." });
    const path = request.url?.split("?", 1)[0];
    if (path === "/health") return tell(200, { status: "ok" });
    if (path === "/ready") {
      const found = await ready();
      return tell(found.status === "ready" ? 200 : 503, found);
    }
    if (path !== "/metrics") return tell(404, { error: "There are /metrics, /health and /ready." });
    const { type, body } = await metrics.text();
    response.writeHead(200, { "content-type": type }).end(body);
  } catch {
    tell(500, { error: "The node cannot tell how it stands." });
  }
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function listenProblem(cause: unknown, { host, port }: { readonly host: string; readonly port: number }): LloomError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  if (code === "EADDRINUSE")
    return new LloomError("PORT_TAKEN", `Port ${port} of ${host} is taken.`, {
      cause,
      next: "Give --metrics-port a free one, or 0 for any.",
    });
  return new LloomError("CONFIG_INVALID", `Metrics cannot be served on ${host}, port ${port} (${code}).`, {
    cause,
    next: "Give --metrics-host an address of this machine, such as 127.0.0.1, and --metrics-port a number above 1023.",
  });
}
