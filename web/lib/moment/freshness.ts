import { formatCount, formatDuration, formatMoment } from "../format.ts";
import type { Head } from "./head.ts";

/** What the freshness badge knows: how fresh the data is, or what keeps it from knowing. */
export type Freshness =
  | { readonly state: "live"; readonly head: Head }
  | { readonly state: "starting" }
  | { readonly state: "indexer-down" }
  | { readonly state: "offline" };

/** The badge's state for what the index said. `offline` is only ever found out by the browser. */
export function freshnessOf(head: Head | undefined | "silent"): Freshness {
  if (head === "silent") return { state: "indexer-down" };
  return head === undefined ? { state: "starting" } : { state: "live", head };
}

/** How well things are: green, yellow, red. */
export type Tone = "well" | "doubtful" | "bad";

export interface FreshnessWords {
  readonly tone: Tone;
  /** For the badge. */
  readonly short: string;
  /** For the banner, if what is on the screen may mislead; undefined if all is well. */
  readonly warning: string | undefined;
}

/** Behind by more, the index is said to catch up. */
const LAG_SECONDS = 60;
/** Without a block for longer, the chain is said to stand still. */
const QUIET_SECONDS = 300;
/** Clocks of two machines differ by less. */
const AHEAD_SECONDS = 60;

/** What is said about a head, worst first: never green unless the chain answers, moves, and the index is close behind it. */
function headWords({ block, timestamp, chain, lagSeconds, headAgeSeconds }: Head): FreshnessWords {
  const at = `Block ${formatCount(block)}`;
  const shown = `The index is at block ${formatCount(block)}, ${formatMoment(timestamp)}.`;
  const warn = (tone: Tone, short: string, warning: string): FreshnessWords => ({
    tone,
    short: `${at}, ${short}`,
    warning: `${warning} ${shown}`,
  });
  if (chain === "replaced") return warn("bad", "of an earlier chain", "The chain was replaced by another one.");
  if (lagSeconds === null || headAgeSeconds === null)
    return warn("bad", "chain silent", "The chain cannot be reached, so nobody knows what happened since.");
  if (lagSeconds > LAG_SECONDS) {
    const lag = formatDuration(lagSeconds);
    return warn("doubtful", `${lag} behind`, `The index is ${lag} behind the chain and catches up.`);
  }
  if (headAgeSeconds > QUIET_SECONDS) {
    const age = formatDuration(headAgeSeconds);
    return warn("doubtful", `no new block for ${age}`, `The chain has made no block for ${age}.`);
  }
  if (headAgeSeconds < -AHEAD_SECONDS) {
    const ahead = formatDuration(-headAgeSeconds);
    return warn("doubtful", `clock ${ahead} ahead`, `The chain's clock is ${ahead} ahead of this explorer's.`);
  }
  const age = Math.max(0, headAgeSeconds) + lagSeconds;
  return { tone: "well", short: `${at}, ${formatDuration(age)} old`, warning: undefined };
}

/** The state in words. */
export function freshnessWords(freshness: Freshness): FreshnessWords {
  switch (freshness.state) {
    case "live":
      return headWords(freshness.head);
    case "starting":
      return { tone: "doubtful", short: "Index starting", warning: "The index has not read a block yet." };
    case "indexer-down":
      return {
        tone: "bad",
        short: "Index silent",
        warning:
          "The index behind this explorer does not answer. What you see is its last state; it comes back by itself.",
      };
    case "offline":
      return {
        tone: "bad",
        short: "Connection lost",
        warning: "This explorer cannot be reached. What you see is its last state; it comes back by itself.",
      };
  }
}
