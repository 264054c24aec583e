import type { Progress } from "../../devnet/src/progress.ts";

/** Progress of a network under test: nobody watches. */
export const QUIET: Progress = {
  step: () => () => undefined,
  say: () => undefined,
  hold: () => () => undefined,
  stop: () => undefined,
};

/** Progress of a network that others attack: what is told is kept, since it may say why something failed. */
export const keeping = (told: string[]): Progress => ({ ...QUIET, say: (text) => void told.push(text) });
