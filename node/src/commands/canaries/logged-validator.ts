import { type EpochSummary, openAuditLog } from "../../store/validator/audit-log.ts";
import { type KeptComplaint, openComplaintLog } from "../../store/validator/complaint-log.ts";
import { type GuardedExecutor, openEntrustedLog } from "../../store/validator/entrusted-log.ts";
import type { CommandContext } from "../command.ts";
import type { View } from "../deeds/account.ts";
import { readOwnLog } from "../deeds/own-log.ts";

/** Epochs and complaints that are shown. */
const MOST = { epochs: 3, complaints: 5 } as const;

/** What the log of this account's validator says of its audits, the newest first, and of whom it guards. */
export interface LoggedValidator {
  readonly epochs: readonly EpochSummary[];
  readonly complaints: readonly KeptComplaint[];
  readonly guarded: readonly GuardedExecutor[];
}

/** Of an account without a validator's log: nothing. */
export const NO_VALIDATOR: LoggedValidator = { epochs: [], complaints: [], guarded: [] };

export function loggedValidator(context: CommandContext, view: View): LoggedValidator {
  const log = readOwnLog(context, view, { file: "validator.sqlite" });
  if (log === undefined) return NO_VALIDATOR;
  return {
    epochs: openAuditLog(log).summary(MOST.epochs),
    complaints: openComplaintLog(log).newestComplaints(MOST.complaints),
    guarded: openEntrustedLog(log).guardedExecutors(),
  };
}
