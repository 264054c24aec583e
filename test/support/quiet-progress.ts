import type { Progress } from "../../devnet/src/progress.ts";

/** Progress of a network under test: nobody watches. */
export const QUIET: Progress = {
  step: () => () => undefined,
  say: () => undefined,
  hold: () => () => undefined,
  stop: () => undefined,
};
