/** How long to wait between tries. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * The pause after so many failures in a row, from 1: it doubles with each, up to the longest, and varies by a quarter both
 * ways, so that those who failed together do not come back together.
 */
export function backoffMs(
  failures: number,
  { firstMs, longestMs }: Backoff,
  random: () => number = Math.random,
): number {
  const ms = Math.min(firstMs * 2 ** Math.max(0, failures - 1), longestMs);
  return ms * (0.75 + random() / 2);
}
