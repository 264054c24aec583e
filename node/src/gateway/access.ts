import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isLoopback } from "@lloom/protocol/loopback";
import type { FastifyRequest } from "fastify";
import { HttpError } from "./http-problem.ts";
import type { KeyAccounts } from "./keys/key-accounts.ts";
import { KeyCaller, noteKeyCaller } from "./keys/key-caller.ts";
import { keyProblem } from "./keys/key-problem.ts";
import { noteOwner, type Owner, PROGRAMS } from "./keys/owner.ts";

/** Who may call. */
export interface Access {
  /** Lets a request in, or throws. */
  admit(request: FastifyRequest): Promise<void>;
  /**
   * Whose limits hold for what goes on in the name of whoever left it here; undefined where there are none. Throws as it would for a
   * request: for a key that was revoked, has ended, or is not in the gateway's file any more.
   */
  callerOf(owner: Owner): KeyCaller | undefined;
}

/** Calls that need no key, since they are paid (x402) or tell what could be. */
export interface PaidRoutes {
  /** Of calls that each have to be paid. */
  readonly paths: ReadonlySet<string>;
}

/** What a caller sends for a key whose client cannot do without one, and who means to pay by the call. */
const NO_KEY = "x402";
const unkeyed = new WeakSet<FastifyRequest>();

/** Whether a call was let in without a key, and has to be paid. */
export const mustPay = (request: FastifyRequest): boolean => unkeyed.has(request);

/**
 * With keys, of the gateway's file or of its database: each call names one of them; one of the database is held to its limits. Without:
 * the machine's own programs alone, so a page in its browser must not get in by a name that it points at 127.0.0.1 (DNS rebinding);
 * those carry their own name in `host`. Where calls may be paid, nothing else is free: everything but that, and the list of models, needs a key.
 */
export function createAccess(apiKeys: readonly string[], accounts?: KeyAccounts, paid?: PaidRoutes): Access {
  const digests = apiKeys.map(digest);
  /** Digests have one length and are compared in constant time, so that nothing is learned about a key by trying. */
  const isListed = (given: Buffer): boolean => digests.some((known) => timingSafeEqual(known, given));
  const areKeysAsked = (): boolean => paid !== undefined || digests.length > 0 || accounts?.areAsked === true;
  return {
    async admit(request) {
      if (!areKeysAsked()) {
        noteOwner(request, PROGRAMS);
        return refuseForeignHost(request);
      }
      const given = apiKeyOf(request.headers);
      if (paid !== undefined && (given === undefined || given === NO_KEY) && isOpen(request, paid)) return;
      if (given === undefined) throw keyProblem("The API key is missing.");
      const listed = digest(given);
      if (isListed(listed)) return noteOwner(request, { kind: "listed", digest: listed.toString("hex") });
      if (accounts === undefined) throw keyProblem("The API key is not known.");
      await accounts.renew({ secret: given });
      const key = accounts.admit(given);
      noteKeyCaller(request, new KeyCaller(accounts, key));
      noteOwner(request, { kind: "made", id: key.id });
      if (request.method === "POST") accounts.takeTurn(key);
    },
    callerOf(owner) {
      if (owner.kind === "made") return new KeyCaller(known(accounts), known(accounts).admitById(owner.id));
      const isLetIn = owner.kind === "programs" ? !areKeysAsked() : isListed(Buffer.from(owner.digest, "hex"));
      if (!isLetIn) throw keyProblem("The API key is not known.");
      return undefined;
    },
  };
}

function known(accounts: KeyAccounts | undefined): KeyAccounts {
  if (accounts === undefined) throw keyProblem("The API key is not known.");
  return accounts;
}

function isOpen(request: FastifyRequest, { paths }: PaidRoutes): boolean {
  const { method, url } = request;
  const path = url.split("?", 1)[0] ?? url;
  if (method === "GET" || method === "HEAD") return path === "/v1/models" || path.startsWith("/v1/models/");
  if (method !== "POST" || !paths.has(path)) return false;
  unkeyed.add(request);
  return true;
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
