import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { steadyClock } from "../../primitives/clock.ts";
import type { Check } from "./checks.ts";
import { type Finding, skipped, wrong } from "./finding.ts";
import { type Ground, type Known, NEED_WORDS, type Needed } from "./ground.ts";

/** How one check came out. */
export interface Checked {
  readonly check: string;
  readonly findings: readonly Finding[];
  readonly tookMs: number;
}

/** Finds what checks need, each once; a promise that fails is why. */
export type Finders = { readonly [Name in Needed]: Promise<Ground[Name]> };

export interface RunningChecks {
  readonly known: Known;
  readonly finders: Finders;
  readonly signal: AbortSignal;
  /** Told of each check when it has come to its end. */
  readonly onChecked: (checked: Checked) => void;
}

/** Looks at everything at once; each check has its own deadline, and one that fails or hangs disturbs no other. */
export async function runChecks(checks: readonly Check[], running: RunningChecks): Promise<readonly Checked[]> {
  const begun = new Map<string, Promise<Checked>>();
  for (const check of checks) {
    const earlier = check.after === undefined ? undefined : begun.get(check.after);
    const look = async (): Promise<Checked> => {
      await earlier?.catch(() => undefined);
      const before = steadyClock();
      const findings = await findingsOf(check, running);
      const checked = { check: check.name, findings, tookMs: Math.round(steadyClock() - before) };
      running.onChecked(checked);
      return checked;
    };
    begun.set(check.name, look());
  }
  return Promise.all(begun.values());
}

async function findingsOf(check: Check, { known, finders, signal }: RunningChecks): Promise<readonly Finding[]> {
  const because = check.without?.(known);
  if (because !== undefined) return [skipped(because)];
  const deadline = new AbortController();
  const late = (): void => deadline.abort(lateness(check));
  let timer: NodeJS.Timeout | undefined;
  try {
    const found = await groundOf(check, finders);
    // The check that is named after what is missing says why it is.
    if (found.missing !== undefined && found.missing.need !== check.name)
      return [skipped(`not looked at: it needs ${NEED_WORDS[found.missing.need]}`)];
    if (found.missing !== undefined) throw found.missing.error;
    timer = setTimeout(late, check.deadlineMs);
    const ending = AbortSignal.any([signal, deadline.signal]);
    return await untilAborted(check.look(known, found.ground, ending), ending);
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return [failed(check, deadline.signal.aborted ? lateness(check) : asLloomError(thrown), known)];
  } finally {
    clearTimeout(timer);
  }
}

const failed = (check: Check, error: LloomError, known: Known): Finding =>
  check.failed?.(error, known) ?? wrong(`${error.message} ${error.next}`, `lloom doctor --only ${check.name}`);

const lateness = ({ name, deadlineMs }: Check): LloomError =>
  new LloomError("CANCELLED", `Looking at ${name} did not end within ${deadlineMs / 1000} s.`, {
    next: "Try it again by itself.",
  });

interface FoundGround {
  readonly ground: Ground;
  readonly missing: { readonly need: Needed; readonly error: LloomError } | undefined;
}

/** What a check has asked for, and nothing else. */
async function groundOf({ needs }: Check, finders: Finders): Promise<FoundGround> {
  const found: Partial<Record<Needed, unknown>> = {};
  for (const need of needs) {
    try {
      found[need] = await finders[need];
    } catch (thrown) {
      return { ground: found as unknown as Ground, missing: { need, error: asLloomError(thrown) } };
    }
  }
  return { ground: found as unknown as Ground, missing: undefined };
}
