import { isLoopback } from "@lloom/protocol/loopback";
import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { LloomError } from "../errors.ts";

/** How a gateway listens and what it lets through. */
export interface GatewayOptions {
  /** A loopback name or address, unless there are API keys. Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any free one. */
  readonly port: number;
  /** When not empty, each call but /health and /ready needs one of them as a bearer token. */
  readonly apiKeys?: readonly string[];
  /** Calls need a key of the database too: one was made. */
  readonly hasMadeKeys?: boolean;
  /** Calls without a key have to be paid each. */
  readonly takesPayments?: boolean;
  /** Pages of these origins may call, such as https://app.example; none unless given. */
  readonly corsOrigins?: readonly string[];
  /** For so long the same caller's answers to the same questions are given again for nothing; 0, never, unless given. */
  readonly cacheMs?: number;
  /** Requests answered at once; more get 429. */
  readonly maxConcurrent?: number;
  readonly bodyLimitBytes?: number;
  /** Time to send a whole request. */
  readonly requestTimeoutMs?: number;
  /** Longest time from a request to the end of its answer. */
  readonly answerTimeoutMs?: number;
  /** Longest time that a reader may take nothing of what is there for it; longer than `keepAliveMs`. */
  readonly readTimeoutMs?: number;
  /** Silence in a stream before a comment is sent. */
  readonly keepAliveMs?: number;
  /** Answer tokens if the request names no limit; never more than half of the model's context. */
  readonly defaultMaxTokens?: number;
  /** How long running answers may take after the gateway was told to close. */
  readonly closeGraceMs?: number;
}

/** The options with every default filled in. */
export type GatewaySettings = Required<GatewayOptions>;

/** Answer tokens for a request that names no limit, unless half of the context is less. */
export const USUAL_MAX_TOKENS = 1024;

/** A body has to fit into one frame to the executor, with room for the signed request beside it. */
const FRAME_HEADROOM_BYTES = 64 * 1024;

/** Fills in the defaults. Throws CONFIG_INVALID for a host that others reach while no API key is asked for. */
export function gatewaySettings(options: GatewayOptions): GatewaySettings {
  const settings = {
    host: "127.0.0.1",
    apiKeys: [],
    hasMadeKeys: false,
    takesPayments: false,
    corsOrigins: [],
    cacheMs: 0,
    maxConcurrent: 1_024,
    bodyLimitBytes: WIRE_LIMITS.frameBytes - FRAME_HEADROOM_BYTES,
    requestTimeoutMs: 60_000,
    answerTimeoutMs: 10 * 60_000,
    readTimeoutMs: 60_000,
    keepAliveMs: 12_000,
    defaultMaxTokens: USUAL_MAX_TOKENS,
    closeGraceMs: 10_000,
    ...options,
  };
  const { host, apiKeys, hasMadeKeys, takesPayments } = settings;
  if (isLoopback(host) || apiKeys.length > 0 || hasMadeKeys || takesPayments) return settings;
  throw new LloomError("CONFIG_INVALID", `The gateway would spend this key's money for anyone who reaches ${host}.`, {
    next: "Listen on 127.0.0.1, or make API keys: lloom keys create --name NAME, or --api-keys-file; or have each call paid: --x402 exact.",
  });
}
