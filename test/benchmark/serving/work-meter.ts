import { cpuSeconds } from "../../../devnet/src/cpu-time.ts";
import type { Window } from "../profile/cpu-profile.ts";
import type { BenchRow } from "../rows.ts";

export type Worker = "gateway" | "executor";
export const WORKERS: readonly Worker[] = ["gateway", "executor"];

/** What executor and gateway spend on answers, while it is looked at. */
export class WorkMeter {
  readonly pids: Readonly<Record<Worker, number>>;
  readonly windows: Window[] = [];
  answers = 0;
  readonly #spent: Record<Worker, number> = { gateway: 0, executor: 0 };

  constructor(pids: Readonly<Record<Worker, number>>) {
    this.pids = pids;
  }

  /** Does the work, which ends with so many answers. */
  async watch<T>(work: () => Promise<T>, answersOf: (done: T) => number): Promise<T> {
    const [from, before] = [steadyUs(), this.#seconds()];
    const done = await work();
    const after = this.#seconds();
    this.windows.push({ fromUs: from, toUs: steadyUs() });
    for (const worker of WORKERS) this.#spent[worker] += after[worker] - before[worker];
    this.answers += answersOf(done);
    return done;
  }

  /** Milliseconds of processor of one answer, of all threads. */
  cpuMs(worker: Worker): number {
    return (this.#spent[worker] * 1_000) / Math.max(this.answers, 1);
  }

  #seconds(): Record<Worker, number> {
    const of = (worker: Worker): number => cpuSeconds(this.pids[worker]) ?? 0;
    return { gateway: of("gateway"), executor: of("executor") };
  }
}

/** What an answer took of the processor in each process. */
export const cpuRows = (meter: WorkMeter, prefix = ""): BenchRow[] =>
  WORKERS.map((worker) => ({ name: `${prefix}${worker}.cpu`, value: meter.cpuMs(worker), unit: "ms", met: true }));

/** The clock of V8's profiles: one for all processes of a machine. */
const steadyUs = (): number => Number(process.hrtime.bigint() / 1_000n);
