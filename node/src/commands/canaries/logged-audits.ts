import { type EpochSummary, openAuditLog } from "../../store/validator/audit-log.ts";
import { type KeptComplaint, openComplaintLog } from "../../store/validator/complaint-log.ts";
import type { CommandContext } from "../command.ts";
import type { View } from "../deeds/account.ts";
import { readOwnLog } from "../deeds/own-log.ts";

/** Epochs and complaints that are shown. */
const MOST = { epochs: 3, complaints: 5 } as const;

/** What the log of this account's validator says of its audits; the newest first. */
export interface LoggedAudits {
  readonly epochs: readonly EpochSummary[];
  readonly complaints: readonly KeptComplaint[];
}

export function loggedAudits(context: CommandContext, view: View): LoggedAudits {
  const log = readOwnLog(context, view, { file: "validator.sqlite" });
  if (log === undefined) return { epochs: [], complaints: [] };
  return {
    epochs: openAuditLog(log).summary(MOST.epochs),
    complaints: openComplaintLog(log).newestComplaints(MOST.complaints),
  };
}
