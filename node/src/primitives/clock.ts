/** A wall clock, Unix milliseconds: what is signed, saved and told to others. It may be set, forwards and back. */
export type Clock = () => number;

/** This machine's. Nothing else reads it, so that all of a program has one notion of the time. */
export const wallClock: Clock = () => Date.now();

/** Milliseconds since some moment, which only ever go on: deadlines, ages and waits are measured by it. */
export type SteadyClock = () => number;

export const steadyClock: SteadyClock = () => performance.now();

/** Milliseconds as the whole seconds that are signed. */
export const toSeconds = (ms: number): bigint => BigInt(Math.floor(ms / 1000));
