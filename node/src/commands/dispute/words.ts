import type { Duty } from "../../store/duty-log.ts";
import { announce, type CommandContext } from "../command.ts";
import { shownDate } from "../money/words.ts";

/** What a duty's state means, in a sentence about an answer; `{by}` is when its deadline is. */
const SENTENCES: Readonly<Record<Duty["kind"], Readonly<Record<string, string>>>> = {
  answer: {
    open: "disputes an answer: it has to be shown until {by}",
    rebutByRequest: "disputes an answer; its own next request is shown against that",
    rebutByAck: "disputes an answer; its own acknowledgement is shown against that",
    reveal: "disputes an answer; its text is put on chain, and the bond pays for it",
    revealChunks: "disputes a long answer; its text is put on chain in parts, and the bond pays for it",
    unanswerable: "disputes an answer that this log cannot show: restore a copy of the log that can, until {by}",
    concede: "disputes an answer that cannot be shown: the money is given back",
    late: "disputed an answer that was not shown in time: anybody may end it now, and stake is slashed",
    gone: "no longer disputes an answer: its transaction is not in the chain any more",
    delivered: "has the answer that it disputed: what was paid for it is earned",
    rejected: "lost its dispute: it had acknowledged the answer",
    cancelled: "gave up its dispute",
    conceded: "has its money back for a disputed answer; half a strike",
    defaulted: "won its dispute: the answer was not shown in time, and stake was slashed; a strike",
  },
  dispute: {
    missing: "settled an answer that never came here; it may come yet",
    asked: "settled an answer that never came here. Dispute it until {by}: lloom dispute open {request}",
    unaffordable:
      "settled an answer that never came here, and --dispute-bonds allows no further dispute of it until {by}",
    open: "settled an answer that never came here: it is being disputed",
    disputed: "has to show the disputed answer until {by}",
    cancel: "has sent the disputed answer after all: the dispute is cancelled",
    close: "has not shown the disputed answer in time: the dispute is ended",
    gone: "has not settled the missing answer any more: that transaction is not in the chain",
    passed: "settled a later answer of the lane, which acknowledged the missing one",
    came: "has sent the missing answer after all",
    reported: "signed two answers to one request, which is reported instead",
    expired: "cannot be disputed any more: it is too late",
    delivered: "has shown the disputed answer on chain: lloom dispute answer {request}",
    rejected: "has shown that the disputed answer was acknowledged: the bond is lost",
    cancelled: "keeps what was paid: the dispute was cancelled",
    conceded: "has given back what was paid for the disputed answer",
    defaulted: "has not shown the disputed answer: what was paid is back, with a share of its stake: lloom rewards",
  },
  report: {
    found: "signed two answers to one request: it is reported",
    commit: "signed two answers to one request: the report is committed to",
    prove: "signed two answers to one request: the proof is sent",
    proven: "signed two answers to one request, and was slashed for it: lloom rewards",
    taken: "signed two answers to one request; somebody else proved it first",
    expired: "signed two answers to one request, which can no longer be proven",
  },
};

const PARTIES = { answer: "Client", dispute: "Executor", report: "Executor" } as const;

/** How a duty stands, as people read it. */
export function dutySentence({ kind, state, peer, dueAt, requestHash }: Duty): string {
  const sentence = SENTENCES[kind][state] ?? `stands at "${state}" in a dispute`;
  return `${PARTIES[kind]} ${peer} ${sentence.replace("{by}", shownDate(dueAt)).replace("{request}", requestHash)}.`;
}

/** The same for programs. */
export const dutyEvent = ({ settled: _, salt: __, ...duty }: Duty): Readonly<Record<string, unknown>> => duty;

/** Says on the terminal that a dispute has moved. */
export function tellDuty(context: CommandContext, duty: Duty): void {
  announce(context, { event: "dispute", ...dutyEvent(duty) }, dutySentence(duty));
}
