import type { Address } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import type { EntrustedPair } from "@lloom/protocol/rpc-messages";
import { ENTRUSTED_SECONDS, watchtowerFee } from "@lloom/protocol/watchtower-fee";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import type { Host } from "../../p2p/host/host.ts";
import { peerAddress } from "../../p2p/host/peer-address.ts";
import { callEntrust } from "../../p2p/rpc/rpc-calls.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type Clock, steadyClock } from "../../primitives/clock.ts";
import { Rounds } from "../../primitives/rounds.ts";
import type { NewestPair, NewestPairs } from "../../store/executor/newest-pairs.ts";
import type { Identity } from "../../wallet/identity.ts";

export interface EntrustParts {
  readonly identity: Identity;
  readonly hasher: CommitmentHasher;
  readonly host: Host;
  readonly store: NewestPairs;
  readonly clock: Clock;
  readonly log: Log;
}

export interface EntrustOptions {
  /** Who guards this executor. */
  readonly watchtowers: readonly PeerTarget[];
  /** Base units that one of them may take for a transaction; 0 for nothing. */
  readonly fee: bigint;
  /** What is new. */
  readonly everyMs: number;
  /** Everything: acknowledgements of older answers may come at any time, and a watchtower may have lost what it had. */
  readonly allEveryMs: number;
}

/** As many as a watchtower keeps. */
const MOST_LANES = 4_096;
/** Longest that an answer takes from its request to its signature, and some. */
const LATEST_MS = 1_800_000;
const RETRY = { firstMs: 1_000, longestMs: 60_000 };

/**
 * Hands the newest pair of every lane to its watchtowers, again and again, until it is closed. Once in a while, and when the process
 * begins, it hands over everything once more, which changes nothing where it is known.
 */
export function entrustPairs(parts: EntrustParts, options: EntrustOptions): AsyncDisposable {
  const stack = new AsyncDisposableStack();
  for (const target of options.watchtowers) stack.use(entrustTo(parts, options, target));
  return stack;
}

function entrustTo(
  parts: EntrustParts,
  { fee, everyMs, allEveryMs }: EntrustOptions,
  target: PeerTarget,
): AsyncDisposable {
  const { store, host, clock, log } = parts;
  const watchtower = peerAddress(target.peerId);
  const told = new BoundedMap<string, string>({ most: 2 * MOST_LANES });
  let allAtMs = Number.NEGATIVE_INFINITY;
  const round = async (signal: AbortSignal): Promise<void> => {
    const isAll = steadyClock() - allAtMs >= allEveryMs;
    const sinceMs = clock() - (isAll ? Number(ENTRUSTED_SECONDS) * 1_000 : LATEST_MS);
    for (const pair of store.newestPairs({ sinceMs, most: MOST_LANES })) {
      const [lane, what] = [laneOf(pair), stateOf(pair)];
      if (!isAll && told.peek(lane) === what) continue;
      await callEntrust(host, { target, signal }, entrustedOf(parts, pair, { to: watchtower, amount: fee }));
      told.set(lane, what);
    }
    if (isAll) allAtMs = steadyClock();
  };
  return new Rounds({
    everyMs,
    retry: RETRY,
    round,
    onFailure: (thrown, failures) => {
      const { code, message } = asLloomError(thrown);
      if (failures === 1) log.warn({ watchtower, code, problem: message }, "pairs not handed over, trying on");
    },
  });
}

const laneOf = ({ receipt: { request } }: NewestPair): string => `${request.client}/${request.lane}`;
const stateOf = ({ receipt, acknowledgement }: NewestPair): string =>
  `${receipt.request.nonce} ${acknowledgement !== undefined}`;

function entrustedOf(
  { identity, hasher }: EntrustParts,
  { receipt, acknowledgement }: NewestPair,
  { to, amount }: { readonly to: Address; readonly amount: bigint },
): EntrustedPair {
  const order = watchtowerFee(receipt, { to, amount });
  return {
    ...receipt,
    ...(acknowledgement === undefined ? {} : { acknowledgement }),
    ...(amount === 0n ? {} : { fee: { amount, signature: identity.sign(hasher.hashWithdrawal(order)) } }),
  };
}
