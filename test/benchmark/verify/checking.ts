import { openReference, type Reference } from "../../../node/src/backend/llama-reference.ts";
import { createLog } from "../../../node/src/log.ts";
import { measure } from "../../../node/src/validator/calibrate/measure.ts";
import type { BenchRow } from "../rows.ts";
import type { Bench } from "./bench.ts";

/** References that check at the same time, each on a processor. */
const REFERENCES = 2;
const ROUNDS = 3;

/** Answer tokens that a validator checks in a second: trace read, one pass of the reference, places compared. */
export async function checkRows(bench: Bench): Promise<BenchRow[]> {
  await using stack = new AsyncDisposableStack();
  const log = createLog({ level: "silent", name: "bench" });
  const references: Reference[] = [];
  for (let number = 0; number < REFERENCES; number++)
    references.push(
      stack.use(
        await openReference({ modelPath: bench.modelPath, threads: 1 }, { log, signal: new AbortController().signal }),
      ),
    );
  const tokens = bench.honest.reduce((sum, { answer }) => sum + answer.trace.length, 0);
  const [rates, cpu]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const [startedMs, before] = [performance.now(), process.cpuUsage()];
    await Promise.all(references.map((reference) => checkAll(reference, bench)));
    const { user, system } = process.cpuUsage(before);
    // The first round warms up.
    if (round === 0) continue;
    rates.push((1000 * REFERENCES * tokens) / (performance.now() - startedMs));
    cpu.push((user + system) / (REFERENCES * tokens));
  }
  return [
    { name: "check.tokens", value: Math.max(...rates), unit: `a second, ${REFERENCES} processors`, met: true },
    { name: "check.token", value: Math.min(...cpu), unit: "µs of a processor", met: true },
  ];
}

async function checkAll(reference: Reference, { honest, calibration }: Bench): Promise<void> {
  for (const [index, one] of honest.entries()) await measure(reference, { ...one, index }, calibration.distanceBound);
}
