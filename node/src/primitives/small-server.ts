import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { isLoopback } from "@lloom/protocol/loopback";
import { LloomError } from "../errors.ts";

export interface SmallServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly mostConnections: number;
  /** What it cannot do where it cannot listen, as in "Metrics cannot be served". */
  readonly cannot: string;
  /** Flags that name its place, such as `--metrics` for `--metrics-host` and `--metrics-port`. */
  readonly flags: string;
  /** Whether a process that is done stays for whoever may still ask. */
  readonly holdsProcess: boolean;
}

/** A server that closes with all its connections. */
export interface SmallServer extends AsyncDisposable {
  readonly url: string;
}

/** Whoever asks sends a line and some headers. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Serves a node's own HTTP to whoever reaches it. Throws PORT_TAKEN, CONFIG_INVALID. */
export async function openSmallServer(options: SmallServerOptions, answer: RequestListener): Promise<SmallServer> {
  const { host, port, mostConnections, holdsProcess } = options;
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, answer);
  server.maxConnections = mostConnections;
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (cause) {
    throw listenProblem(cause, options);
  }
  if (!holdsProcess) server.unref();
  const bound = server.address() as AddressInfo;
  return {
    url: `http://${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Whether a page in this machine's browser may have got in, by a name that it points at 127.0.0.1. */
export function isForeignName(host: string, headers: IncomingHttpHeaders): boolean {
  const asked = (headers.host ?? "localhost").replace(/:\d+$/, "");
  return isLoopback(host) && !isLoopback(asked);
}

function listenProblem(cause: unknown, { host, port, cannot, flags }: SmallServerOptions): LloomError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  if (code === "EADDRINUSE")
    return new LloomError("PORT_TAKEN", `Port ${port} of ${host} is taken.`, {
      cause,
      next: `Give ${flags}-port a free one, or 0 for any.`,
    });
  return new LloomError("CONFIG_INVALID", `${cannot} on ${host}, port ${port} (${code}).`, {
    cause,
    next: `Give ${flags}-host an address of this machine, such as 127.0.0.1, and ${flags}-port a number above 1023.`,
  });
}
