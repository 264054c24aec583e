import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { offerProblem } from "@lloom/protocol/offers";
import { chainUntil } from "../chain/chain-until.ts";
import { readLane, readSettledRequests } from "../chain/reads.ts";
import { toSeconds } from "../primitives/clock.ts";
import type { LogContents } from "../store/executor/own-past.ts";
import { recoverAddress } from "../wallet/recover.ts";
import type { ExecutorSettings } from "./executor-options.ts";
import type { ExecutorParts } from "./executor-parts.ts";
import { type ForeignWord, KeyWatch } from "./offer/key-watch.ts";
import { Witnesses } from "./offer/witnesses.ts";
import type { Pipeline } from "./pipeline.ts";

/** What an executor found of its own past when it started. */
export interface PastFound {
  /**
   * `current`: nobody knows more of this key than its log. `new`: an empty log, and nobody knows the key. `lost`: an empty log
   * of a key that was in use. `older`: a copy; others know of later offers or settlements.
   */
  readonly log: "current" | "new" | "lost" | "older";
  readonly contents: LogContents;
  /** Unix milliseconds of the last offers in the log. */
  readonly lastWordAtMs: number | undefined;
  /** Newest offer of this key that others hold and the log does not know. */
  readonly heard: ForeignWord | undefined;
  /** Lanes of which the chain has settled answers that the log does not have, among the newest. */
  readonly lanesBehind: number;
  /** Answers of this key that the chain has settled ever. */
  readonly settledRequests: bigint;
  /** Whether anybody could be asked. */
  readonly hadWitnesses: boolean;
}

/** Lanes of the log that are compared with the chain. */
const LANES_COMPARED = 64;

/**
 * Looks at the log, asks the chain and those who remember this key, and waits until what another process may have offered
 * has ended. Throws KEY_IN_USE if such a process lives. Nothing that is found here is needed to answer no request twice
 * (`OwnRun` sees to that): it is for the operator, and for the money that a second executor would cost.
 */
export async function findPast(
  { identity, chain, host, log }: ExecutorParts,
  { clock, keyWatchMs, starting, onWaiting }: ExecutorSettings,
  { store, run }: Pick<Pipeline, "store" | "run">,
): Promise<{ past: PastFound; keyWatch: KeyWatch }> {
  const executor = identity.address;
  const hasher = createCommitmentHasher(chain.domain);
  const witnesses = new Witnesses({
    ...{ host, executor, log },
    isGenuine: (signed) =>
      offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds: toSeconds(clock()) }) === undefined,
  });
  const keyWatch = new KeyWatch({
    ask: (signal) => witnesses.ask(signal),
    hashOffer: hasher.hashOffer,
    isOwn: (offerHash) => run.made(offerHash),
    clock,
    pollMs: keyWatchMs,
  });
  const [contents, lastWordAtMs] = [store.contents(), store.lastWordAtMs()];
  const onWait = (word: ForeignWord): void => {
    log.warn(word, "others hold an offer of this key that its log does not know; waiting until it has ended");
    onWaiting(word);
  };
  const bounded = chainUntil(chain, starting);
  const [settledRequests, lanesBehind, hadWitnesses] = await Promise.all([
    readSettledRequests(bounded, executor),
    countLanesBehind(bounded, executor, store),
    witnesses.gather(starting),
  ]);
  const heard = await keyWatch.listen({ lastWordAtMs, onWait }, starting);
  const isEmpty = contents.receipts === 0 && lastWordAtMs === undefined;
  const wasUsed = heard !== undefined || settledRequests > 0n;
  const isOlder = heard !== undefined || lanesBehind > 0;
  const state = isEmpty ? (wasUsed ? "lost" : "new") : isOlder ? "older" : "current";
  const past = { log: state, contents, lastWordAtMs, heard, lanesBehind, settledRequests, hadWitnesses } as const;
  return { past, keyWatch };
}

async function countLanesBehind(
  chain: ExecutorParts["chain"],
  executor: ExecutorParts["identity"]["address"],
  store: ExecutorParts["store"],
): Promise<number> {
  const behind = store.newestLanes(LANES_COMPARED).map(async ({ client, lane, nonce }) => {
    const settled = await readLane(chain, { client, executor, lane });
    return settled.nonce > nonce;
  });
  return (await Promise.all(behind)).filter((isBehind) => isBehind).length;
}
