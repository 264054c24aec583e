/**
 * Why no candidate is left: nobody offers it, or nobody whom the question lets be asked, or not with these weights, or several weights are meant; none has a stake, of none the
 * stake could be read, none has the stake or the reputation that is asked for, all are too dear, all have too small a context, none
 * can do what is asked for or all only embed, all were tried.
 */
export type NoChoice =
  | "none"
  | "provider"
  | "weights"
  | "ambiguous"
  | "unstaked"
  | "unread"
  | "stake"
  | "reputation"
  | "price"
  | "context"
  | "embedder"
  | "features"
  | "tried";

/** Of several reasons the one that came closest to a choice is told. */
const NEARNESS: readonly NoChoice[] = [
  "none",
  "provider",
  "unstaked",
  "unread",
  "stake",
  "reputation",
  "price",
  "context",
  "embedder",
  "features",
  "tried",
];
export const nearerMiss = (a: NoChoice, b: NoChoice): NoChoice => (NEARNESS.indexOf(a) >= NEARNESS.indexOf(b) ? a : b);
