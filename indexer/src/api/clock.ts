/** What the time is by this machine, in Unix seconds. */
export const wallSeconds = (): number => Math.floor(Date.now() / 1_000);
