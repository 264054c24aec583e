import { openDutyLog } from "../../store/duty-log.ts";
import { type EpochSummary, openAuditLog } from "../../store/validator/audit-log.ts";
import { type KeysLeft, openCanaryShiftLog } from "../../store/validator/canary-shift-log.ts";
import { type KeptComplaint, openComplaintLog } from "../../store/validator/complaint-log.ts";
import { type GuardedExecutor, openEntrustedLog } from "../../store/validator/entrusted-log.ts";
import { type JudgingProblem, openJudgingProblems } from "../../store/validator/judging-problems.ts";
import type { CommandContext } from "../command.ts";
import type { View } from "../deeds/account.ts";
import { readOwnLog } from "../deeds/own-log.ts";

/** Epochs and complaints that are shown. */
const MOST = { epochs: 3, complaints: 5 } as const;

/** What the log of this account's validator says of its audits, the newest first, of whom it guards, and of what it cannot judge. */
export interface LoggedValidator {
  readonly epochs: readonly EpochSummary[];
  readonly complaints: readonly KeptComplaint[];
  /** Of one that audits. */
  readonly keys: KeysLeft | undefined;
  readonly guarded: readonly GuardedExecutor[];
  readonly unjudged: readonly JudgingProblem[];
}

/** Of an account without a validator's log: nothing. */
export const NO_VALIDATOR: LoggedValidator = {
  ...{ epochs: [], complaints: [], keys: undefined, guarded: [], unjudged: [] },
};

export function loggedValidator(context: CommandContext, view: View): LoggedValidator {
  const log = readOwnLog(context, view, { file: "validator.sqlite" });
  if (log === undefined) return NO_VALIDATOR;
  const duties = openDutyLog(log);
  return {
    epochs: openAuditLog(log).summary(MOST.epochs),
    complaints: openComplaintLog(log).newestComplaints(MOST.complaints),
    keys: openCanaryShiftLog(log).keysLeft(),
    guarded: openEntrustedLog(log).guardedExecutors(),
    // One that ran out of time has voted that it cannot tell.
    unjudged: openJudgingProblems(log)
      .judgingProblems()
      .filter(({ dispute }) => duties.findDuty("judge", dispute)?.choice === undefined),
  };
}
