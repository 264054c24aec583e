import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  boundRate,
  type Calibration,
  MOST_FALSE,
  measuredRate,
  parseCalibration,
} from "@lloom/protocol/verification/calibration";
import { factorOf } from "@lloom/protocol/verification/judge-answer";
import { coarsenWeights } from "../../../node/src/backend/coarse-weights.ts";
import { openReference, type Reference } from "../../../node/src/backend/llama-reference.ts";
import { createLog } from "../../../node/src/log.ts";
import { buildNames } from "../../../node/src/validator/calibrate/build-hook.ts";
import type { HonestSetting } from "../../../node/src/validator/calibrate/honest-node.ts";
import type { BenchRow } from "../rows.ts";
import { type AnsweredCanary, type Answering, answerCanaries } from "./answers.ts";
import { courses, quantile } from "./courses.ts";

const MODELS = join(import.meta.dirname, "../../../node/models/tiny");
const TINY = join(MODELS, "lloom-tiny.gguf");
/** Really answered, of each node. */
const CANARIES = 60;
const RUNS = 400;
const TARGET_TOKENS = 300;
const BITS = [8, 6, 5, 4] as const;
const SHARES = [0.5, 0.1] as const;

interface Bench {
  readonly reference: Reference;
  readonly calibration: Calibration;
  readonly directory: string;
}

/** How many answer tokens of canaries it takes to find a swap, and how often honest nodes are found, by the shipped calibration. */
export async function swapRows(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), "lloom-swaps-"));
  const log = createLog({ level: "silent", name: "bench" });
  try {
    const calibration = parseCalibration(readFileSync(join(MODELS, "calibration.json"), "utf8"));
    await using reference = await openReference(
      { modelPath: TINY, threads: 1 },
      { log, signal: new AbortController().signal },
    );
    return await rowsOf({ reference, calibration, directory });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function rowsOf(bench: Bench): Promise<BenchRow[]> {
  const build = buildNames().includes("x64") ? "x64" : undefined;
  const honest = await answersOf(bench, TINY);
  const other = await answersOf(bench, TINY, { ...(build !== undefined && { build }) });
  const rows: BenchRow[] = [...calibratedRows(bench.calibration), ...honestRows(bench, [honest, other])];
  const seconds = performance.now();
  for (const bits of BITS) {
    const path = join(bench.directory, `tiny-${bits}.gguf`);
    writeFileSync(path, await coarsenWeights(TINY, bits));
    const swapped = await answersOf(bench, path);
    rows.push(...foundRows(bench, { name: `swap.${bits}bit`, cheated: swapped, honest, share: 1 }));
    if (bits !== 4) continue;
    for (const share of SHARES)
      rows.push(...foundRows(bench, { name: `swap.${bits}bit.${share * 100}%`, cheated: swapped, honest, share }));
    const scored = await answersOf(bench, path, { isScored: true });
    rows.push(...foundRows(bench, { name: `scored.${bits}bit`, cheated: scored, honest, share: 1 }));
  }
  const tokens = BITS.length * CANARIES * 24;
  rows.push({
    name: "swap.measured",
    value: (performance.now() - seconds) / 1000,
    unit: `s for about ${tokens} tokens`,
    met: true,
  });
  return rows;
}

function answersOf(
  { reference, calibration, directory }: Bench,
  modelPath: string,
  { build, isScored = false }: Pick<HonestSetting, "build"> & Pick<Answering, "isScored"> = {},
): Promise<AnsweredCanary[]> {
  const options = { kind: "llama", modelPath, modelName: "model", threads: 1, sequences: 1 } as const;
  return answerCanaries({
    ...{ reference, canaries: CANARIES, distanceBound: calibration.distanceBound, isScored },
    setting: { options, directory, ...(build !== undefined && { build }) },
  });
}

/** What was measured for the calibration, by real inference. */
function calibratedRows(calibration: Calibration): BenchRow[] {
  const { configurations } = calibration;
  const canaries = configurations.reduce((sum, one) => sum + one.canaries, 0);
  const rate = measuredRate(calibration);
  return [
    {
      name: "honest.canaries",
      value: canaries,
      unit: `in ${configurations.length} configurations`,
      target: 10_000,
      met: canaries >= 10_000,
    },
    {
      name: "honest.found",
      value: configurations.reduce((sum, one) => sum + one.found, 0),
      unit: "of these",
      met: true,
    },
    { name: "honest.rate", value: rate, unit: "at most, in each, 95 %", target: MOST_FALSE, met: rate <= MOST_FALSE },
  ];
}

/** The honest nodes of this run, which are no part of the calibration. */
function honestRows({ calibration }: Bench, nodes: readonly (readonly AnsweredCanary[])[]): BenchRow[] {
  const all = nodes.flat();
  const found = all.filter((one) => factorOf(one, calibration).found).length;
  const accused = nodes
    .flatMap((honest) => courses({ cheated: honest, honest, share: 0, calibration, runs: RUNS }))
    .filter(({ canaries }) => canaries !== undefined).length;
  return [
    { name: "honest.now", value: found, unit: `of ${all.length} canaries found now`, target: 0, met: found === 0 },
    { name: "honest.now.bound", value: boundRate(found, all.length), unit: "at most, 95 %", met: true },
    {
      name: "honest.accused",
      value: accused,
      unit: `of ${nodes.length * RUNS} simulated, 2000 canaries each`,
      target: 0,
      met: accused === 0,
    },
  ];
}

interface Cheat {
  readonly name: string;
  readonly cheated: readonly AnsweredCanary[];
  readonly honest: readonly AnsweredCanary[];
  readonly share: number;
}

/** Median and 95th percentile of the answer tokens until a dispute may be opened, simulated from what was measured. */
function foundRows({ calibration }: Bench, { name, ...cheat }: Cheat): BenchRow[] {
  const played = courses({ ...cheat, calibration, runs: RUNS });
  const tokens = played.map((course) => (course.canaries === undefined ? Number.POSITIVE_INFINITY : course.tokens));
  const canaries = played.map((course) => course.canaries ?? Number.POSITIVE_INFINITY);
  const isTarget = name === "swap.4bit" || name === "swap.5bit";
  const row = (figure: string, value: number, unit: string): BenchRow => ({
    ...{ name: `${name}.${figure}`, value, unit },
    ...(isTarget && unit === "tokens" ? { target: TARGET_TOKENS, met: value <= TARGET_TOKENS } : { met: true }),
  });
  return [
    row("median", quantile(tokens, 0.5), "tokens"),
    row("p95", quantile(tokens, 0.95), "tokens"),
    row("canaries", quantile(canaries, 0.5), "median"),
  ];
}
