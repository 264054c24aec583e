import type { BenchRow } from "./rows.ts";
import type { CallsDone } from "./serving/generator-jobs.ts";
import type { Subject } from "./serving/helpers.ts";
import { interleave } from "./serving/interleave.ts";
import { mostHeld } from "./serving/most-held.ts";
import { median } from "./serving/percentile.ts";
import { measuredRun, type RunOptions } from "./serving/run-options.ts";
import { PACES, type Serving } from "./serving/serving.ts";
import { isStalled, mostAtOnce } from "./serving/stalls.ts";
import { cpuRows } from "./serving/work-meter.ts";

const TARGETS = { rps: 1_500, errors: 0, streams: 1_000 };

const ROUNDS = 5;
const CALLS = { parallel: 64, tokens: 16, mostCalls: 100_000, mostMs: 5_000 };
/** Streams that are tried, until a step is not held; the references try the last one alone. */
const STEPS = [64, 125, 250, 500, 1_000] as const;
/** All are begun within the ramp, and then are open together for as long again and more. */
const HELD = { tokens: 24, rampMs: 4_000 };
/** How much later than the backend sent it a piece of text may come. */
const LATE_MS = 1_000;

/** How many signed answers a second, and how many streams at once, through one executor and one gateway. */
export const run = (options: RunOptions): Promise<BenchRow[]> => measuredRun(options, measure);

async function measure(given: Serving): Promise<BenchRow[]> {
  const floor = await given.startFloor();
  const serving = { ...given, subjects: [...given.subjects, floor.subject] };
  const { subjects, lloom, run, meter, say } = serving;
  const ask = (target: Subject): Promise<CallsDone> => run({ kind: "calls", target, ...CALLS });
  for (const subject of subjects) await ask(subject);
  const measured = await interleave(subjects, ROUNDS, async (subject, round) => {
    say(`round ${round + 1} of ${ROUNDS}, ${subject.name}`);
    const watching = subject === lloom ? meter : subject === floor.subject ? floor.meter : undefined;
    const work = (): Promise<CallsDone> => ask(subject);
    return watching?.watch(work, ({ tookMs }) => tookMs.length) ?? work();
  });
  const held = new Map<string, number>();
  for (const subject of subjects)
    held.set(
      subject.name,
      await mostHeld(subject === lloom ? STEPS : STEPS.slice(-1), (count) => holds(serving, subject, count)),
    );
  return [...rowsOf(serving, measured, held), ...cpuRows(meter), ...cpuRows(floor.meter, "floor.")];
}

/** Whether so many streams are open at the same time, and none of them stalls. */
async function holds({ run, say }: Serving, target: Subject, parallel: number): Promise<boolean> {
  const { streams, firstProblem } = await run({
    kind: "streams",
    target,
    ...HELD,
    paceMs: PACES.held,
    parallel,
    each: 1,
  });
  const stalled = streams.filter((times) => isStalled(times, PACES.held + LATE_MS)).length;
  const why = firstProblem === undefined ? "" : `; the first problem: ${firstProblem}`;
  say(`${parallel} streams of ${target.name}: ${stalled} stalled, ${mostAtOnce(streams)} at once${why}`);
  return stalled === 0 && mostAtOnce(streams) === parallel;
}

function rowsOf(
  { subjects }: Serving,
  measured: ReadonlyMap<string, CallsDone[]>,
  held: ReadonlyMap<string, number>,
): BenchRow[] {
  const rpsOf = (name: string): number =>
    median((measured.get(name) ?? []).map(({ tookMs, elapsedMs }) => (tookMs.length * 1_000) / elapsedMs));
  const errorsOf = (name: string): number => (measured.get(name) ?? []).reduce((sum, { errors }) => sum + errors, 0);
  const [rps, proxy, errors] = [rpsOf("lloom"), rpsOf("proxy"), errorsOf("lloom")];
  const [most, reference] = [held.get("lloom") ?? 0, held.get("proxy") ?? 0];
  const rows: BenchRow[] = [
    {
      ...{ name: "signed.rps", value: rps, unit: "answers/s", reference: proxy, ratio: rps / proxy },
      ...{ target: TARGETS.rps, met: rps >= TARGETS.rps },
    },
    { name: "errors", value: errors, unit: "answers", target: TARGETS.errors, met: errors === TARGETS.errors },
    {
      ...{ name: "streams.concurrent", value: most, unit: "streams", reference },
      ...{ ...(reference > 0 && { ratio: most / reference }), target: TARGETS.streams, met: most >= TARGETS.streams },
    },
  ];
  const plain = (name: string, value: number, unit: string): BenchRow => ({ name, value, unit, met: true });
  for (const { name } of subjects.filter(({ name }) => name !== "lloom")) {
    rows.push(plain(`${name}.rps`, rpsOf(name), "answers/s"), plain(`${name}.errors`, errorsOf(name), "answers"));
    rows.push(plain(`${name}.streams`, held.get(name) ?? 0, "streams"));
  }
  return rows;
}
