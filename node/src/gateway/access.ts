import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isLoopback } from "@lloom/protocol/loopback";
import type { FastifyRequest } from "fastify";
import { HttpError } from "./http-problem.ts";

/** Lets a request in, or throws. */
export type Access = (request: FastifyRequest) => void;

/**
 * With keys: each call names one of them. Without: the machine's own programs alone, so a page in its browser must not
 * get in by a name that it points at 127.0.0.1 (DNS rebinding); those carry their own name in `host`.
 */
export function createAccess(apiKeys: readonly string[]): Access {
  if (apiKeys.length === 0) return refuseForeignHost;
  const digests = apiKeys.map(digest);
  return ({ headers }) => {
    const key = apiKeyOf(headers);
    if (key === undefined) throw keyProblem("The API key is missing.");
    const given = digest(key);
    /** Digests have one length and are compared in constant time, so that nothing is learned about a key by trying. */
    if (!digests.some((known) => timingSafeEqual(known, given))) throw keyProblem("The API key is not known.");
  };
}

/** As OpenAI's clients send it, or Anthropic's. */
export function apiKeyOf({ authorization, "x-api-key": other }: IncomingHttpHeaders): string | undefined {
  return /^bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1] ?? (typeof other === "string" ? other : undefined);
}

const digest = (key: string): Buffer => createHash("sha256").update(key).digest();

const keyProblem = (message: string): HttpError =>
  new HttpError("SIGNATURE_INVALID", message, {
    status: 401,
    type: "authentication_error",
    code: "API_KEY_INVALID",
    headers: { "www-authenticate": "Bearer" },
    next: "Send the header authorization: Bearer KEY.",
  });

function refuseForeignHost({ hostname }: FastifyRequest): void {
  if (isLoopback(hostname)) return;
  throw new HttpError("REQUEST_INVALID", "The host header names another machine.", {
    status: 403,
    type: "permission_error",
    next: "Call the gateway by 127.0.0.1 or localhost, or give it API keys.",
  });
}
