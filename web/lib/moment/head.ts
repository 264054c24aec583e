import { LloomError } from "@lloom/protocol/lloom-error";
import { settings } from "../env.ts";
import { oneOf, orNull, record, text, whole } from "../readers.ts";

/** How the index sees the chain: it follows, it cannot reach it, or it finds another one. */
const CHAIN_STATES = { current: true, behind: true, unreachable: true, replaced: true } as const;

/** How fresh the explorer is, for the badge that every page carries. */
export interface Head {
  /** Newest block that the index has. */
  readonly block: number;
  /** When that block was made, in Unix seconds. */
  readonly timestamp: number;
  readonly chain: keyof typeof CHAIN_STATES | "UNKNOWN";
  /** How much older it is than the chain's newest block; null while the chain is silent. */
  readonly lagSeconds: number | null;
  /** How old the chain's newest block is; below zero if the chain's clock is ahead, null while the chain is silent. */
  readonly headAgeSeconds: number | null;
}

const TIMEOUT_MS = 6_000;

const numberText = (value: unknown, path: string): number => Number(text(value, path));

function readMeta(body: unknown): Head | undefined {
  const meta = record(body, "meta");
  if (meta["block"] === null) return undefined;
  const block = record(meta["block"], "meta.block");
  return {
    block: numberText(block["number"], "meta.block.number"),
    timestamp: whole(block["timestamp"], "meta.block.timestamp"),
    chain: oneOf(CHAIN_STATES)(meta["state"], "meta.state"),
    lagSeconds: orNull(whole)(meta["lagSeconds"], "meta.lagSeconds"),
    headAgeSeconds: orNull(whole)(meta["headAgeSeconds"], "meta.headAgeSeconds"),
  };
}

/** What the index says of itself and the chain: a head, none before its first block, `silent` if it does not answer. */
export async function readHead(): Promise<Head | undefined | "silent"> {
  const { href, authorization } = settings().indexer;
  try {
    const response = await fetch(`${href.replace(/\/$/, "")}/meta`, {
      headers: authorization === undefined ? {} : { authorization },
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.ok ? readMeta(await response.json()) : "silent";
  } catch (cause) {
    if (cause instanceof LloomError) process.stderr.write(`${cause.code}: ${cause.message}\n`);
    return "silent";
  }
}
