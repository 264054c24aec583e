import { ExplainedError } from "../../checkout/explained-error.ts";
import type { BenchRow } from "./rows.ts";
import type { CallsDone, StreamsDone } from "./serving/generator-jobs.ts";
import type { Subject } from "./serving/helpers.ts";
import { interleave } from "./serving/interleave.ts";
import { median, percentile } from "./serving/percentile.ts";
import { measuredRun, type RunOptions } from "./serving/run-options.ts";
import { PACES, type Serving } from "./serving/serving.ts";
import { gapsOf } from "./serving/stalls.ts";
import { cpuRows, type WorkMeter } from "./serving/work-meter.ts";

/** Milliseconds more than a direct call. */
const TARGETS = {
  "unary.added.p50": 1,
  "unary.added.p99": 5,
  "stream.ttft.added.p50": 2,
  "stream.gap.p99": 2,
} as const;
type Figure = keyof typeof TARGETS;
const FIGURES = Object.keys(TARGETS) as Figure[];

const ROUNDS = 9;
/** Of each subject in each round. */
const CALLS = { count: 200, mostMs: 15_000, tokens: 16 };
const SHORT_STREAMS = { count: 30, tokens: 16 };
const PACED_STREAMS = { count: 2, tokens: 50 };
/** Calls of everybody before the first round: connections are open then, and code is compiled. */
const WARM_UP = 300;

/** What one subject took in one round, and what went wrong. */
interface Measured {
  readonly figures: Readonly<Record<Figure, number>>;
  readonly errors: number;
}

/** What each way adds to a call of the backend, one call at a time. */
export const run = (options: RunOptions): Promise<BenchRow[]> => measuredRun(options, measure);

async function measure(given: Serving): Promise<BenchRow[]> {
  const floor = await given.startFloor();
  const serving = { ...given, subjects: [...given.subjects, floor.subject] };
  const { subjects, lloom, meter, say } = serving;
  for (const subject of subjects) await calls(serving, subject, WARM_UP);
  const measured = await interleave(subjects, ROUNDS, async (subject, round) => {
    say(`round ${round + 1} of ${ROUNDS}, ${subject.name}`);
    const watching = subject === lloom ? meter : subject === floor.subject ? floor.meter : undefined;
    return measureOne(serving, subject, watching);
  });
  return [...rowsOf(serving, measured), ...cpuRows(meter), ...cpuRows(floor.meter, "floor.")];
}

async function measureOne(serving: Serving, subject: Subject, meter: WorkMeter | undefined): Promise<Measured> {
  const ask = (): Promise<CallsDone> => calls(serving, subject, CALLS.count);
  const whole = await (meter?.watch(ask, ({ tookMs }) => tookMs.length) ?? ask());
  if (whole.tookMs.length === 0) throw silent(subject, whole.firstProblem);
  const short = await streams(serving, subject, { ...SHORT_STREAMS, paceMs: 0 });
  const paced = await streams(serving, subject, { ...PACED_STREAMS, paceMs: PACES.latency });
  const firsts = short.streams.flatMap(({ askedMs, arrivedMs: [first] }) =>
    first === undefined ? [] : [first - askedMs],
  );
  return {
    figures: {
      "unary.added.p50": percentile(whole.tookMs, 0.5),
      "unary.added.p99": percentile(whole.tookMs, 0.99),
      "stream.ttft.added.p50": percentile(firsts, 0.5),
      "stream.gap.p99": percentile(paced.streams.flatMap(gapsOf), 0.99),
    },
    errors: whole.errors + [...short.streams, ...paced.streams].filter(({ isWhole }) => !isWhole).length,
  };
}

const silent = ({ name }: Subject, problem: string | undefined): ExplainedError =>
  new ExplainedError(`No answer of ${name} was right: ${problem}.`, "Read the logs that the newest network kept.");

const calls = ({ run }: Serving, target: Subject, mostCalls: number): Promise<CallsDone> =>
  run({ kind: "calls", target, tokens: CALLS.tokens, parallel: 1, mostCalls, mostMs: CALLS.mostMs });

interface Streams {
  readonly count: number;
  readonly tokens: number;
  readonly paceMs: number;
}

const streams = ({ run }: Serving, target: Subject, { count, tokens, paceMs }: Streams): Promise<StreamsDone> =>
  run({ kind: "streams", target, tokens, paceMs, parallel: 1, rampMs: 0, each: count });

function rowsOf({ subjects }: Serving, measured: ReadonlyMap<string, Measured[]>): BenchRow[] {
  const ofDirect = measured.get("direct") ?? [];
  /** More than the direct call of the same round. */
  const added = (name: string, figure: Figure): number =>
    median(
      (measured.get(name) ?? []).map(({ figures }, round) => figures[figure] - (ofDirect[round]?.figures[figure] ?? 0)),
    );
  const others = subjects.map(({ name }) => name).filter((name) => name !== "direct" && name !== "lloom");
  const rows: BenchRow[] = FIGURES.map((name) => {
    const [value, reference, target] = [added("lloom", name), added("proxy", name), TARGETS[name]];
    const ratio = reference > 0 ? { ratio: value / reference } : {};
    return { name, value, unit: "ms", reference, ...ratio, target, met: value <= target };
  });
  const plain = (name: string, value: number, unit = "ms"): BenchRow => ({ name, value, unit, met: true });
  for (const other of others)
    for (const figure of FIGURES) rows.push(plain(`${other}.${figure}`, added(other, figure)));
  for (const figure of FIGURES)
    rows.push(plain(`direct.${figure.replace(".added", "")}`, median(ofDirect.map(({ figures }) => figures[figure]))));
  const errors = (measured.get("lloom") ?? []).reduce((sum, round) => sum + round.errors, 0);
  rows.push({ name: "errors", value: errors, unit: "answers", target: 0, met: errors === 0 });
  return rows;
}
