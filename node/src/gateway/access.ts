import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isLoopback } from "@lloom/protocol/loopback";
import type { FastifyRequest } from "fastify";
import { HttpError } from "./http-problem.ts";
import type { KeyAccounts } from "./keys/key-accounts.ts";
import { KeyCaller, noteKeyCaller } from "./keys/key-caller.ts";
import { keyProblem } from "./keys/key-problem.ts";

/** Lets a request in, or throws. */
export type Access = (request: FastifyRequest) => void;

/**
 * With keys, of the gateway's file or of its database: each call names one of them; one of the database is held to its limits. Without:
 * the machine's own programs alone, so a page in its browser must not get in by a name that it points at 127.0.0.1 (DNS rebinding);
 * those carry their own name in `host`.
 */
export function createAccess(apiKeys: readonly string[], accounts?: KeyAccounts): Access {
  const digests = apiKeys.map(digest);
  /** Digests have one length and are compared in constant time, so that nothing is learned about a key by trying. */
  const isListed = (given: string): boolean => digests.some((known) => timingSafeEqual(known, digest(given)));
  return (request) => {
    if (digests.length === 0 && accounts?.areAsked !== true) return refuseForeignHost(request);
    const given = apiKeyOf(request.headers);
    if (given === undefined) throw keyProblem("The API key is missing.");
    if (isListed(given)) return;
    if (accounts === undefined) throw keyProblem("The API key is not known.");
    const key = accounts.admit(given);
    noteKeyCaller(request, new KeyCaller(accounts, key));
    if (request.method === "POST") accounts.takeTurn(key);
  };
}

/** As OpenAI's clients send it, or Anthropic's. */
export function apiKeyOf({ authorization, "x-api-key": other }: IncomingHttpHeaders): string | undefined {
  return /^bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1] ?? (typeof other === "string" ? other : undefined);
}

const digest = (key: string): Buffer => createHash("sha256").update(key).digest();

function refuseForeignHost({ hostname }: FastifyRequest): void {
  if (isLoopback(hostname)) return;
  throw new HttpError("REQUEST_INVALID", "The host header names another machine.", {
    status: 403,
    type: "permission_error",
    next: "Call the gateway by 127.0.0.1 or localhost, or give it API keys.",
  });
}
