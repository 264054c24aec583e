import type { IncomingMessage, ServerResponse } from "node:http";
import { isForeignName, openSmallServer, type SmallServer } from "../primitives/small-server.ts";
import type { Metrics } from "./metrics.ts";
import type { Readiness } from "./readiness.ts";

export interface ObservationOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly metrics: Pick<Metrics, "text">;
  readonly ready: () => Promise<Readiness>;
}

const MOST_CONNECTIONS = 64;

/** Serves `/metrics`, `/health` and `/ready` to whoever reaches it. Throws PORT_TAKEN, CONFIG_INVALID. */
export function openObservationServer(options: ObservationOptions): Promise<SmallServer> {
  const { host, port } = options;
  const place = {
    host,
    port,
    mostConnections: MOST_CONNECTIONS,
    flags: "--metrics",
    cannot: "Metrics cannot be served",
  };
  return openSmallServer(
    { ...place, holdsProcess: false },
    (request, response) => void answer(options, request, response),
  );
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
    if (isForeignName(host, request.headers)) return tell(403, { error: "The host header names another machine." });
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
