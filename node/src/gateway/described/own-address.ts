import type { FastifyRequest } from "fastify";

/**
 * Where the caller finds this gateway, by its own word: the host that it asked, and whether a proxy with TLS stands in front. It goes
 * back to that caller alone.
 */
export function addressOf({ host, headers, socket }: FastifyRequest): string {
  const isSecure = headers["x-forwarded-proto"] === "https";
  // HTTP/1.0 names no host.
  return `${isSecure ? "https" : "http"}://${host || `${socket.localAddress}:${socket.localPort}`}`;
}
