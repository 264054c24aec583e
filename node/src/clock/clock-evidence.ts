/** What others' clocks say about this machine's. Pure; all times in milliseconds. */

/** A clock's error lies between these, as far as is known: positive when it is fast. */
export interface ErrorBounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

export interface ClockEvidence {
  /** By how much this clock differs from each peer's, positive when this one is fast. */
  readonly peers: readonly number[];
  /** What the chain's blocks allow; absent where their time proves nothing. */
  readonly chain?: ErrorBounds | undefined;
}

/** How wrong a clock is, and who says so. */
export interface ClockError {
  /** Positive when it is fast. */
  readonly errorMs: number;
  /** Peers that agree. */
  readonly peers: number;
  /** Whether the chain's blocks say so too. */
  readonly chain: boolean;
}

/** A clock that is kept by the network's time service is right to some hundredths of a second. */
const TOLERABLE_MS = 30_000;
/** Peers within this of each other agree. */
const AGREEMENT_MS = 15_000;

/**
 * How wrong this clock is; `undefined` while nothing shows that it is. Peers and blocks can both mislead, peers by lying and
 * an RPC server by lagging: where they contradict each other, no clock is blamed.
 */
export function clockError({ peers, chain }: ClockEvidence): ClockError | undefined {
  const agreed = agreement(peers);
  if (peers.length > 0 && agreed === undefined) return undefined;
  if (agreed === undefined) {
    const errorMs = chain === undefined ? 0 : nearestToZero(chain);
    return wrong(errorMs, { peers: 0, chain: true });
  }
  const { errorMs, count } = agreed;
  if (chain === undefined) return wrong(errorMs, { peers: count, chain: false });
  const isPossible = errorMs >= chain.leastMs - AGREEMENT_MS && errorMs <= chain.mostMs + AGREEMENT_MS;
  const isProven = Math.abs(nearestToZero(chain)) > TOLERABLE_MS;
  return isPossible ? wrong(errorMs, { peers: count, chain: isProven }) : undefined;
}

const wrong = (errorMs: number, by: Pick<ClockError, "peers" | "chain">): ClockError | undefined =>
  Math.abs(errorMs) > TOLERABLE_MS ? { errorMs, ...by } : undefined;

const nearestToZero = ({ leastMs, mostMs }: ErrorBounds): number => {
  if (leastMs > 0) return leastMs;
  return mostMs < 0 ? mostMs : 0;
};

/** By how much this clock seems to be ahead, as far as anybody says; 0 while nobody does. */
export const seemingSkewMs = ({ peers, chain }: ClockEvidence): number =>
  agreement(peers)?.errorMs ?? (chain === undefined ? 0 : nearestToZero(chain));

/** The median, if more than half of the peers agree with it. */
function agreement(peers: readonly number[]): { readonly errorMs: number; readonly count: number } | undefined {
  const sorted = peers.toSorted((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (median === undefined) return undefined;
  const count = sorted.filter((errorMs) => Math.abs(errorMs - median) <= AGREEMENT_MS).length;
  return count * 2 > sorted.length ? { errorMs: median, count } : undefined;
}
