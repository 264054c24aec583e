import type { Database } from "../database/database.ts";
import { type DutyLog, openDutyLog } from "../duty-log.ts";
import { type CanaryShiftLog, openCanaryShiftLog } from "./canary-shift-log.ts";
import { type ComplaintLog, openComplaintLog } from "./complaint-log.ts";
import { type EntrustedLog, openEntrustedLog } from "./entrusted-log.ts";
import { type JudgingProblems, openJudgingProblems } from "./judging-problems.ts";

/**
 * The validator's durable memory: its seats on juries with how it votes and what keeps it from judging, the disputes of others that it moves on, its own
 * complaints, which of its canary keys has asked whom, and the pairs of those whom it guards. Its audits stand beside it (`audit-log.ts`).
 */
export interface ValidatorLog extends DutyLog, ComplaintLog, CanaryShiftLog, EntrustedLog, JudgingProblems {}

/** Opens a validator's log. */
export const openValidatorLog = (db: Database): ValidatorLog => ({
  ...openDutyLog(db),
  ...openComplaintLog(db),
  ...openCanaryShiftLog(db),
  ...openEntrustedLog(db),
  ...openJudgingProblems(db),
});
