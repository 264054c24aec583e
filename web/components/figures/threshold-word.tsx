import type { Threshold } from "../../lib/executors/thresholds.ts";

const TONES = {
  well: "text-verdigris",
  plain: "text-ink-faint",
  bad: "text-madder",
} as const satisfies Record<Threshold["tone"], string>;

/** Where a figure lies, below it. Nothing where there is nothing to compare. */
export function ThresholdWord({ threshold }: { readonly threshold: Threshold | undefined }) {
  if (threshold === undefined) return null;
  return <span className={`block text-[0.75rem] leading-tight ${TONES[threshold.tone]}`}>{threshold.word}</span>;
}
