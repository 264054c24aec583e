/** What the time is by this machine, in Unix seconds. */
export const wallSeconds = (): number => Math.floor(Date.now() / 1_000);

/** Milliseconds of the steady clock, by which time that passes is measured. */
export const steadyMs = (): number => performance.now();
