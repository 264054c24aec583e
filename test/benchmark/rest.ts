import { cpuSeconds } from "../../devnet/src/cpu-time.ts";
import { startDevnet } from "../../devnet/src/devnet.ts";
import { askFirst } from "../../devnet/src/first-answer.ts";
import { createProgress } from "../../devnet/src/progress.ts";
import { Timings } from "../../devnet/src/timings.ts";
import { steadyClock } from "../../node/src/primitives/clock.ts";
import { pause } from "../../node/src/primitives/pause.ts";
import type { BenchRow } from "./rows.ts";
import { untilInterrupted } from "./serving/interrupted.ts";

/** Percent of one processor, of all processes. */
const TARGET = 2;
/** After the first answer: it is settled by then, and what was compiled is compiled. */
const QUIET_MS = 90_000;
const MEASURED_MS = 60_000;

/** What the network of `npm start` takes of a processor when nobody asks it anything: nodes, chain, indexer, explorer, and this process. */
export async function run(): Promise<BenchRow[]> {
  using interrupted = untilInterrupted();
  const { signal } = interrupted;
  const progress = createProgress(process.stderr, new Timings());
  await using stack = new AsyncDisposableStack();
  stack.defer(() => progress.stop());
  const measuring = (async () => {
    const devnet = stack.use(await startDevnet({ progress, signal }));
    await askFirst({ gatewayUrl: devnet.gatewayUrl, onText: () => undefined, onRefusal: progress.say, signal });
    await devnet.openPages();
    progress.say("   quiet …");
    await pause(QUIET_MS, signal);
    const parts = [...devnet.supervisor.parts, { name: "supervisor", pid: process.pid }];
    const [before, fromMs] = [parts.map(({ pid }) => cpuSeconds(pid)), steadyClock()];
    await pause(MEASURED_MS, signal);
    const seconds = (steadyClock() - fromMs) / 1_000;
    return parts.map(({ name, pid }, index) => {
      const computed = (cpuSeconds(pid) ?? Number.NaN) - (before[index] ?? Number.NaN);
      return { name: `rest.${name}`, value: (computed / seconds) * 100, unit: "%", met: true };
    });
  })();
  const rows: BenchRow[] = await Promise.race([measuring, interrupted.failure]);
  const value = rows.reduce((sum, row) => sum + row.value, 0);
  return [{ name: "rest.cpu", value, unit: "%", target: TARGET, met: value <= TARGET }, ...rows];
}
