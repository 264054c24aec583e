import type { FastifyReply, FastifyRequest } from "fastify";
import { CALL_HEADERS, PAID_HEADERS, PROBLEM_HEADERS } from "./described/response-headers.ts";

/** What a page may read beside the body. */
const EXPOSED = Object.keys({ ...CALL_HEADERS, ...PROBLEM_HEADERS, ...PAID_HEADERS }).join(", ");
/** How long a browser need not ask again. */
const MAX_AGE_SECONDS = "600";
/** Names of headers, as a browser lists those that a page wants to send. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+){0,63}$/;

/** Lets pages of the named origins in, and answers their browsers' preflights. */
export interface Cors {
  /** Sets what a page's browser wants to see; true where the request is a preflight, which needs nothing more than to be sent. */
  admit(request: FastifyRequest, reply: FastifyReply): boolean;
}

/**
 * CORS for these origins and no others. A preflight carries no key by its nature, so it is answered before one is asked for; it opens
 * nothing, and only tells the browser that it may ask. Whatever headers a page wants to send it may: they are looked at like everybody's.
 */
export function createCors(origins: readonly string[]): Cors {
  const named = new Set(origins);
  return {
    admit({ method, headers }, reply) {
      if (named.size === 0) return false;
      reply.header("vary", "origin");
      const { origin } = headers;
      if (origin === undefined || !named.has(origin)) return false;
      reply.header("access-control-allow-origin", origin);
      const asked = headers["access-control-request-method"];
      if (method !== "OPTIONS" || asked === undefined) {
        reply.header("access-control-expose-headers", EXPOSED);
        return false;
      }
      const wanted = headers["access-control-request-headers"] ?? "";
      reply.headers({
        "access-control-allow-methods": "GET, HEAD, POST, DELETE",
        ...(HEADER_NAMES.test(wanted) && { "access-control-allow-headers": wanted }),
        "access-control-max-age": MAX_AGE_SECONDS,
        // Chrome asks this of a server in the visitor's own network, or on the visitor's own machine.
        ...(headers["access-control-request-private-network"] === "true" && {
          "access-control-allow-private-network": "true",
        }),
      });
      return true;
    },
  };
}
