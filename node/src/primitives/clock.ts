/** Wall clock, Unix milliseconds. What takes time itself is measured with `performance.now()` instead. */
export type Clock = () => number;

/** Milliseconds as the whole seconds that are signed. */
export const toSeconds = (ms: number): bigint => BigInt(Math.floor(ms / 1000));
