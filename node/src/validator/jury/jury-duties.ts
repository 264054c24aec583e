import type { Hex } from "@lloom/protocol/commitment-types";
import { juryFacts } from "@lloom/protocol/generated/facts";
import { type JuryEvent, jurySource, readComplaint } from "../../chain/disputes/measured-events.ts";
import { readMinimumStake } from "../../chain/reads.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { watchEvents } from "../../chain/watch/watch.ts";
import { dutyOfComplaint } from "../../duties/duty-of-complaint.ts";
import type { LookedAfter, Watching } from "../../duties/look-after.ts";
import { stepAll } from "../../duties/step-all.ts";
import type { DutyLog } from "../../store/duty-log.ts";
import type { JudgingProblems } from "../../store/validator/judging-problems.ts";
import { keepEnlisted } from "./enlist.ts";
import type { EvidenceCalls } from "./evidence-calls.ts";
import { type GatherCaseParts, gatherCase } from "./gather-case.ts";
import type { Judge, JurorFinding } from "./judge.ts";
import { Judgings, type JudgingTrouble } from "./judgings.ts";
import { Juror, type JurorOptions } from "./juror.ts";
import { patientJudge } from "./patient-judge.ts";

export interface JuryDutiesOptions extends Omit<JurorOptions, "judgings" | "store">, Omit<GatherCaseParts, "chain"> {
  readonly store: DutyLog & JudgingProblems;
  readonly judge: Judge;
  /** Whether this validator wants to be drawn. */
  readonly wants: boolean;
  /** How long after a failure evidence is asked for again. */
  readonly retryMs: number;
  /** Where parties call that have evidence. */
  readonly calls: EvidenceCalls;
}

/** The seats of one juror, each noted when it is drawn and voted for until its case is over. */
export function juryDuties(
  options: JuryDutiesOptions,
  { signal, wake }: Pick<Watching, "signal" | "wake">,
): LookedAfter {
  const { chain, court, juror, store, retryMs, calls, log } = options;
  const patient = patientJudge(options.judge);
  const judge = async (id: Hex, ending: AbortSignal): Promise<JurorFinding> => {
    const complaint = await untilAborted(readComplaint(chain, court, id), ending);
    const isWanted = (): boolean => store.findDuty("judge", id)?.choice === undefined;
    calls.open(complaint, { isWanted, look: () => judgings.again(id) });
    return patient(await gatherCase(options, complaint, ending), ending);
  };
  const onProblem = (id: Hex, trouble: JudgingTrouble | undefined): void =>
    trouble === undefined ? store.clearJudgingProblem(id) : store.noteJudgingProblem({ dispute: id, ...trouble });
  const judgings: Judgings = new Judgings({ judge, retryMs, onProblem, wake, signal, log });
  const seated = new Juror({ ...options, judgings });
  return {
    watch: (watching) => {
      const onEvent = async (event: JuryEvent): Promise<void> => {
        if (event.type === "JurorDrawn") await note(options, event.id, watching.signal);
        wake();
      };
      return watchEvents(chain, jurySource(court, juror), { ...watching, onEvent, onRemoved: wake });
    },
    round: async (ending) => {
      await stepAll(store.openDuties("judge"), (duty, stepping) => seated.step(duty, stepping), {
        signal: ending,
        log,
      });
      await keepEnlisted(options, ending);
    },
    idle: () => judgings.idle(),
  };
}

async function note(options: JuryDutiesOptions, id: Hex, signal: AbortSignal): Promise<void> {
  const { chain, court, store, onNews, log } = options;
  const [complaint, minimum] = await untilAborted(
    Promise.all([readComplaint(chain, court, id), readMinimumStake(chain, "validator")]),
    signal,
  );
  // What a juror has at stake is the largest fine, and nothing of the parties'.
  const fine = (minimum * juryFacts.NO_REVEAL_FINE + juryFacts.WHOLE - 1n) / juryFacts.WHOLE;
  const duty = { ...dutyOfComplaint("judge", complaint), amount: 0n, matured: 0n, bond: 0n, penalty: fine };
  if (!store.noteDuty(duty)) return;
  log.warn({ id, executor: duty.peer, fine: String(fine) }, "drawn for a jury");
  onNews(duty);
}
