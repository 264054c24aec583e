import type { Chain } from "../chain/chain.ts";
import { chainUntil } from "../chain/chain-until.ts";
import { untilAborted } from "../chain/rpc/until-aborted.ts";
import { seenByAll, type WatchMemory, watchFrom } from "../chain/watch/watch-from.ts";
import { asLloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { Rounds } from "../primitives/rounds.ts";

/** How something is watched: from where on, how often, until when, and whom to tell. */
export interface Watching {
  readonly fromBlock: number;
  readonly pollMs: number;
  readonly signal: AbortSignal;
  /** Something happened: the next round comes at once. */
  readonly wake: () => void;
  readonly onProgress: (blockNumber: number) => void;
}

/** One sort of duties: what makes them is watched, and all of them are looked at in rounds. */
export interface LookedAfter {
  /** Ends with the signal alone. */
  readonly watch: (watching: Watching) => Promise<void>;
  /** Throws what the chain throws, when all have been looked at. */
  readonly round: (signal: AbortSignal) => Promise<void>;
  /** Resolves when nothing runs any more that a round began. */
  readonly idle?: () => Promise<void>;
}

export interface LookAfterOptions {
  readonly chain: Chain;
  readonly store: WatchMemory;
  /** How far back a search goes that has no memory, by the chain's clock. */
  readonly backSeconds: bigint;
  /** How often the chain is asked for events. */
  readonly pollMs: number;
  /** How often all are looked at while no event comes. */
  readonly everyMs: number;
  /** Reads once what has to be known of the chain. `wake` is for whatever else makes a round worth it. */
  readonly open: (chain: Chain, opening: Pick<Watching, "signal" | "wake">) => Promise<readonly LookedAfter[]>;
  readonly log: Log;
}

const RETRY = { firstMs: 1_000, longestMs: 60_000 };

/**
 * Looks after duties until it is closed. What happened while this node was away is found at the start; the chain's absence is
 * waited out.
 */
export function lookAfter(options: LookAfterOptions): AsyncDisposable {
  const { everyMs, log } = options;
  const stop = new AbortController();
  const watching: Promise<void>[] = [];
  let sorts: readonly LookedAfter[] | undefined;
  const rounds: Rounds = new Rounds({
    everyMs,
    retry: RETRY,
    round: async (ending) => {
      sorts ??= await begin(options, { signal: stop.signal, wake: () => rounds.wake(), watching });
      // Async, so that one that throws at once leaves no other's failure unheard: that would end the process.
      const looked = await Promise.allSettled(sorts.map(async ({ round }) => round(ending)));
      for (const one of looked) if (one.status === "rejected") throw one.reason;
    },
    onFailure: (thrown, failures) => {
      const { code, message } = asLloomError(thrown);
      if (failures === 1) log.warn({ code, problem: message }, "disputes cannot be looked after, trying on");
    },
  });
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await rounds[Symbol.asyncDispose]();
      await Promise.all([...watching, ...(sorts ?? []).map(({ idle }) => idle?.())]);
    },
  };
}

interface Beginning extends Pick<Watching, "signal" | "wake"> {
  readonly watching: Promise<void>[];
}

/** Reads once what the chain has to say, and watches from there. */
async function begin(
  { chain, store, backSeconds, pollMs, open }: LookAfterOptions,
  { signal, wake, watching }: Beginning,
): Promise<readonly LookedAfter[]> {
  const bounded = chainUntil(chain, signal);
  const sorts = await untilAborted(open(bounded, { signal, wake }), signal);
  const { fromBlock, seen } = await untilAborted(watchFrom(bounded, store, backSeconds), signal);
  for (const [index, onProgress] of seenByAll(seen, sorts.length).entries()) {
    const started = sorts[index]?.watch({ fromBlock, pollMs, signal, wake, onProgress });
    if (started !== undefined) watching.push(started);
  }
  return sorts;
}
