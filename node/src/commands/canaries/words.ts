import { PROBES } from "../../primitives/probes.ts";
import type { EpochSummary } from "../../store/validator/audit-log.ts";
import type { KeysLeft } from "../../store/validator/canary-shift-log.ts";
import type { ComplaintState, KeptComplaint } from "../../store/validator/complaint-log.ts";
import type { GuardedExecutor } from "../../store/validator/entrusted-log.ts";
import type { JudgingProblem } from "../../store/validator/judging-problems.ts";
import type { AuditNews } from "../../validator/audit/auditor.ts";
import { announce, type CommandContext } from "../command.ts";
import { counted, shownDate } from "../words.ts";

function newsSentence(news: AuditNews): string {
  if (news.type === "found") return `Executor ${news.executor}: ${news.problem}`;
  if (news.type === "reported") return `Epoch ${news.epoch}: ${counted(news.executors, "audit")} reported.`;
  const { epoch, endsAt, executors, canaries } = news;
  if (executors === 0) return `Epoch ${epoch}, until ${shownDate(endsAt)}: nobody is assigned to this validator.`;
  return `Epoch ${epoch}, until ${shownDate(endsAt)}: ${counted(executors, "executor")} assigned, ${counted(canaries, "canary", "canaries")} planned.`;
}

function countOf(news: AuditNews): number {
  if (news.type === "found") return 1;
  return news.type === "drawn" ? news.canaries : news.executors;
}

/** Says on the terminal what was drawn, found or reported. */
export function tellAudit(context: CommandContext, news: AuditNews): void {
  const { type, ...rest } = news;
  PROBES.audit.tell({ step: type, count: countOf(news) });
  announce(context, { event: "audit", step: type, ...rest }, newsSentence(news));
}

const STATES: Readonly<Record<ComplaintState, string>> = {
  planned: "is about to be opened",
  opened: "is before the court",
  over: "is over",
  dropped: "was dropped",
};

/** How a complaint stands, as people read it. */
export function complaintSentence({ executor, state, word }: KeptComplaint): string {
  const more = word === state ? "" : `: ${word}`;
  return `The complaint about executor ${executor} ${STATES[state]}${more}${more.endsWith(".") ? "" : "."}`;
}

/** Says on the terminal that a complaint has moved. */
export function tellComplaint(context: CommandContext, complaint: KeptComplaint): void {
  announce(context, { event: "complaint", ...complaint }, complaintSentence(complaint));
}

/** One epoch's audits, as status has them. */
export const epochSentence = ({ epoch, reported, executors, canaries, judged, against }: EpochSummary): string =>
  [
    `epoch ${epoch}: ${counted(executors, "executor")}, ${judged} of ${canaries} canaries judged`,
    ...(against === 0 ? [] : [`${against} against their executor`]),
    reported ? "reported" : "not reported yet",
  ].join(", ");

/** Which canary keys may still ask, as status has it. */
export function keysSentence({ keys, left, unaskable }: KeysLeft): string {
  const more = `a larger --canary-keys than ${keys}, with money for the new ones (lloom canaries)`;
  if (left === 0) return `used up, nobody is audited any more: start with ${more}`;
  const nobody = `; ${counted(unaskable, "executor")} can be asked by none of them any more: start with ${more}`;
  return `${left} of ${keys} may still ask${unaskable === 0 ? "" : nobody}`;
}

/** What keeps a juror from judging, as status has it. */
export const unjudgedSentence = ({ dispute, problem, next }: JudgingProblem): string =>
  `dispute ${dispute} cannot be judged yet: ${problem}${next === "" ? "" : ` ${next}`}`;

/** Whom a watchtower guards, as status has it. */
export const guardedSentence = ({ executor, lanes }: GuardedExecutor): string =>
  `executor ${executor}: ${counted(lanes, "lane")} in this watchtower's care`;
