import {
  boundRate,
  type CalibratedConfiguration,
  type Calibration,
  MOST_FALSE,
  measuredRate,
} from "@lloom/protocol/verification/calibration";
import { factorOf } from "@lloom/protocol/verification/judge-answer";
import type { BenchRow } from "../rows.ts";
import type { Bench } from "./bench.ts";
import { auditCourses, RUNS } from "./courses.ts";

const LEAST_CANARIES = 10_000;

/** How often honest nodes are found: by the shipped calibration's real inference, and in this run. */
export function honestRows({ calibration, honest, otherHonest }: Bench): BenchRow[] {
  const all = [...honest, ...otherHonest];
  const found = all.filter((one) => factorOf(one, calibration).found).length;
  const accused = [honest, otherHonest]
    .flatMap((node) => auditCourses({ cheated: node, honest: node, share: 0, calibration }))
    .filter(({ answers }) => Number.isFinite(answers)).length;
  return [
    ...calibratedRows(calibration),
    { name: "honest.now", value: found, unit: `of ${all.length} canaries found now`, target: 0, met: found === 0 },
    {
      ...{ name: "honest.accused", value: accused, target: 0, met: accused === 0 },
      unit: `of ${2 * RUNS} simulated, 2000 canaries each`,
    },
  ];
}

/** Canaries that chose the bounds' factor are those of `calibrated`; no bound was chosen by those of `confirmed`. */
function calibratedRows(calibration: Calibration): BenchRow[] {
  const { configurations, confirmations = [] } = calibration;
  const confirmed = confirmations.flatMap((one) => one.configurations);
  const [calibrated, canaries] = [sumOf(configurations, "canaries"), sumOf(confirmed, "canaries")];
  const rate = measuredRate(calibration);
  return [
    {
      ...{ name: "honest.calibrated", value: calibrated, target: LEAST_CANARIES, met: calibrated >= LEAST_CANARIES },
      unit: `canaries in ${configurations.length} configurations`,
    },
    { name: "honest.calibrated.found", value: sumOf(configurations, "found"), unit: "of these", met: true },
    {
      ...{ name: "honest.confirmed", value: canaries, met: true },
      unit: `other canaries in ${confirmed.length} configurations`,
    },
    { name: "honest.confirmed.found", value: sumOf(confirmed, "found"), unit: "of these", met: true },
    {
      ...{ name: "honest.confirmed.rate", value: boundRate(sumOf(confirmed, "found"), canaries), met: true },
      unit: "at most, of all these, 95 %",
    },
    { name: "honest.rate", value: rate, unit: "at most, in each, 95 %", target: MOST_FALSE, met: rate <= MOST_FALSE },
  ];
}

const sumOf = (configurations: readonly CalibratedConfiguration[], which: "canaries" | "found"): number =>
  configurations.reduce((sum, one) => sum + one[which], 0);
