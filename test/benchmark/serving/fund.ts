import { setTimeout as delay } from "node:timers/promises";
import type { CallsDone, CallsJob } from "./generator-jobs.ts";
import type { Subject } from "./helpers.ts";

/** An executor is trusted with more and more; the first answers are paid one by one, and each pays for more lanes. */
const STEPS = [1, 1, 1, 4, 16, 64] as const;
const CALLS_OF_A_LANE = 5;
const TRIES = 10;
const STEP_MS = 20_000;

/** Asks until 64 in parallel are answered without a failure: then lanes are open, money is allocated and code is compiled. */
export async function fund(run: (job: CallsJob) => Promise<CallsDone>, lloom: Subject): Promise<void> {
  for (const parallel of STEPS) {
    for (let tries = 1; ; tries++) {
      const mostCalls = parallel * CALLS_OF_A_LANE;
      const job = { kind: "calls", target: lloom, tokens: 16, parallel, mostCalls, mostMs: STEP_MS } as const;
      const { errors, firstProblem } = await run(job);
      if (errors === 0) break;
      if (tries === TRIES)
        throw new Error(`${errors} of ${mostCalls} answers failed while warming up: ${firstProblem}`);
      await delay(1_000);
    }
  }
}
