import { asLloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Duty } from "../store/duty-log.ts";

/** Looks at each duty until nothing more can be done for it; throws the first failure when all have been looked at. */
export async function stepAll(
  duties: readonly Duty[],
  step: (duty: Duty, signal: AbortSignal) => Promise<boolean>,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): Promise<void> {
  let failure: unknown;
  for (const duty of duties) {
    try {
      while (await step(duty, signal));
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      log.warn({ kind: duty.kind, id: duty.id, problem: asLloomError(thrown).message }, "dispute put off");
      failure ??= thrown;
    }
  }
  if (failure !== undefined) throw failure;
}
