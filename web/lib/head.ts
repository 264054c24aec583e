import type { HttpEndpoint } from "@lloom/protocol/http-endpoint";
import { settings } from "./env.ts";
import { readIndexedHead } from "./indexer/chain.ts";
import { answered, type IndexReply } from "./problem.ts";

/** How fresh the explorer is, for the badge that every page carries. */
export interface Head {
  /** Newest block that the indexer has. */
  readonly block: number;
  /** When that block was made, in Unix seconds. */
  readonly timestamp: number;
  /** How much older it is than the chain's newest block; undefined if no chain endpoint is configured or it is silent. */
  readonly behindSeconds: number | undefined;
}

const RPC_TIMEOUT_MS = 2_000;

function timestampOf(body: unknown): number | undefined {
  if (typeof body !== "object" || body === null || !("result" in body)) return undefined;
  const { result } = body;
  if (typeof result !== "object" || result === null || !("timestamp" in result)) return undefined;
  const seconds = typeof result.timestamp === "string" ? Number.parseInt(result.timestamp, 16) : Number.NaN;
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}

/** Time of the chain's newest block. The badge does without it, so that a silent endpoint is no failure. */
async function chainTimestamp({ href, authorization }: HttpEndpoint): Promise<number | undefined> {
  try {
    const response = await fetch(href, {
      method: "POST",
      headers: { "content-type": "application/json", ...(authorization !== undefined && { authorization }) },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_getBlockByNumber", params: ["latest", false] }),
      cache: "no-store",
      signal: AbortSignal.timeout(RPC_TIMEOUT_MS),
    });
    return timestampOf(await response.json());
  } catch {
    return undefined;
  }
}

/** Where the indexer is and how far behind the chain. Undefined while it has indexed nothing. */
export async function readHead(): Promise<IndexReply<Head | undefined>> {
  const { rpc } = settings();
  const [indexed, chain] = await Promise.all([readIndexedHead(), rpc && chainTimestamp(rpc)]);
  if (!indexed.ok) return indexed;
  if (indexed.value === undefined) return answered(undefined);
  const { block, timestamp } = indexed.value;
  return answered({
    block,
    timestamp,
    behindSeconds: chain === undefined ? undefined : Math.max(0, chain - timestamp),
  });
}
