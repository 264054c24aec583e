import type { Address } from "@lloom/protocol/commitment-types";
import { big, flag, hex, list, record } from "../readers.ts";

/** What the index says a session key can spend. */
export interface ToldPurse {
  readonly isAuthorised: boolean;
  /** By executor, base units. */
  readonly channels: ReadonlyMap<Address, bigint>;
  /** Executors with a stake. */
  readonly staked: ReadonlySet<Address>;
}

const TIMEOUT_MS = 10_000;

/** What `/api/purse` tells. Throws LloomError INDEXER_ANSWER_INVALID. */
export function readToldPurse(body: unknown): ToldPurse {
  const { isAuthorised, channels, staked } = record(body, "answer");
  return {
    isAuthorised: flag(isAuthorised, "isAuthorised"),
    channels: new Map(
      list(channels, "channels").map((one) => {
        const { executor, balance } = record(one, "channel");
        return [hex(executor, "channel.executor"), big(balance, "channel.balance")];
      }),
    ),
    staked: new Set(list(staked, "staked").map((one) => hex(one, "staked"))),
  };
}

/** Asks the index, by the explorer's own server, which learns both addresses and nothing else; undefined where it does not say. */
export async function askPurse(
  principal: Address,
  signer: Address,
  signal: AbortSignal,
): Promise<ToldPurse | undefined> {
  try {
    const response = await fetch(`/api/purse?${new URLSearchParams({ principal, signer })}`, {
      cache: "no-store",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return response.ok ? readToldPurse(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}
