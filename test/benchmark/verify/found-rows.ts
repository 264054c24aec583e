import type { BenchRow } from "../rows.ts";
import { type Course, quantile } from "./courses.ts";

/** Most that the 95th percentile of a figure may be. */
export type FoundTargets = Partial<Record<keyof Course, number>>;

const UNITS: Readonly<Record<keyof Course, string>> = {
  answers: "answers",
  tokens: "answer tokens",
  cost: "base units",
};

/** Median and 95th percentile of what it takes to find a cheat. */
export function foundRows(name: string, courses: readonly Course[], targets: FoundTargets = {}): BenchRow[] {
  return (["answers", "tokens", "cost"] as const).flatMap((figure): BenchRow[] => {
    const values = courses.map((course) => course[figure]);
    const [median, p95] = [quantile(values, 0.5), quantile(values, 0.95)];
    const target = targets[figure];
    const unit = UNITS[figure];
    return [
      { name: `${name}.${figure}`, value: median, unit: `${unit}, median`, met: true },
      {
        ...{ name: `${name}.${figure}.p95`, value: p95, unit: `${unit}, 95th percentile` },
        ...(target === undefined ? { met: true } : { target, met: p95 <= target }),
      },
    ];
  });
}
