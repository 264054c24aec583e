import { PROBES } from "../../primitives/probes.ts";
import type { Duty } from "../../store/duty-log.ts";
import { announce, type CommandContext } from "../command.ts";
import { shownDate } from "../words.ts";

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
    waiting:
      "was paid by other counts than its answer has; another complaint about it has to end first. This one can be made until {by}",
    miscounted: "was paid by other counts than its answer has: it is complained of",
    complain: "was paid by other counts than its answer has: it is complained of",
    complained: "was paid by other counts than its answer has, and is complained of before a jury",
    asked: "was paid by other counts than its answer has. Complain until {by}: lloom dispute open {request}",
    unaffordable:
      "was paid by other counts than its answer has; neither funds nor the bound on bonds allow a complaint until {by}",
    late: "was paid by other counts than its answer has, which nobody complained of in time",
    gone: "is not paid by wrong counts any more: that transaction is not in the chain",
  },
  defend: {
    open: "complains of answers: they have to be answered for until {by}",
    unanswerable: "complains of answers that this log cannot show: restore a copy of the log that can, until {by}",
    answer: "complains of answers; they are said to be right, and a jury is asked for",
    concede: "complains of answers whose counts were wrong: it is admitted, for a quarter of the penalty",
    poke: "complains of answers; the dispute is moved on, since its time has come",
    draw: "complains of answers; the jury is drawn",
    drawn: "complains of answers; a jury is drawn as soon as its block is there",
    judged: "complains of answers; the jury votes until {by}",
    favoured: "complained of answers, and the jury found them to be right; an appeal is possible until {by}",
    asked: "has a jury's verdict for it. Appeal until {by}: lloom dispute appeal {id}",
    unaffordable: "has a jury's verdict for it, and funds or --appeal-deposits allow no appeal until {by}",
    accepted: "has a jury's verdict for it, which is not appealed against; it holds from {by} on",
    appeal: "has a jury's verdict for it, which is appealed against",
    arbitrated: "complains of answers; the arbitrator may rule until {by}",
    gone: "no longer complains of answers: its transaction is not in the chain any more",
    rejected: "complained of answers that were right: it lost its bond, and nothing was taken",
    void: "complained of answers, and nothing was found; nothing was taken",
    conceded: "has been admitted to be right about answers: a quarter of the penalty was slashed",
    upheld: "was found to be right about answers: stake was slashed; a strike",
  },
  accuse: {
    open: "is complained of, and may answer until {by}",
    poke: "is complained of; the dispute is moved on, since its time has come",
    draw: "is complained of; the jury is drawn",
    drawn: "is complained of; a jury is drawn as soon as its block is there",
    judged: "is complained of; the jury votes until {by}",
    favoured: "was found guilty by the jury; an appeal is possible until {by}",
    asked: "has a jury's verdict for it. Appeal until {by}: lloom dispute appeal {id}",
    unaffordable: "has a jury's verdict for it, and funds or --appeal-deposits allow no appeal until {by}",
    accepted: "has a jury's verdict for it, which is not appealed against; it holds from {by} on",
    appeal: "has a jury's verdict for it, which is appealed against",
    arbitrated: "is complained of; the arbitrator may rule until {by}",
    gone: "is no longer complained of: that transaction is not in the chain any more",
    rejected: "was found to be right: the bond is lost",
    void: "was complained of, and nothing was found; what jurors were not paid of the bond is back: lloom rewards",
    conceded: "has admitted the fault: the bond is back, with a share of its stake: lloom rewards",
    upheld: "was found guilty: the bond is back, with a share of its stake: lloom rewards",
  },
  judge: {
    open: "is judged by a jury with this validator on it",
    pending: "is judged by a jury with this validator on it: the evidence is fetched and measured, until {by}",
    waiting: "is judged by a jury with this validator on it; it cannot be judged yet, which is said at {by}",
    commit: "is judged by a jury with this validator on it: the vote is committed to",
    committed: "is judged by a jury with this validator on it, which has committed to its vote",
    reveal: "is judged by a jury with this validator on it: the vote is revealed",
    revealed: "is judged by a jury with this validator on it, which has voted",
    missed: "is judged by a jury that this validator did not come to in time: a fine",
    foreign: "is judged by a jury for which this key committed to a vote that this log does not know",
    undrawn: "is judged by a jury that this validator is not on any more",
    gone: "is not disputed any more: that transaction is not in the chain",
    paid: "was judged as this validator found: its fee is credited",
    unpaid: "was judged, and this validator found nothing",
    fined: "was judged otherwise than this validator found, or it did not come: a fine",
  },
  tend: {
    open: "has a dispute that is moved on when its time comes",
    over: "had a dispute, which is over",
  },
};

const PARTIES = {
  answer: "Client",
  dispute: "Executor",
  report: "Executor",
  defend: "Challenger",
  accuse: "Executor",
  judge: "Executor",
  tend: "Executor",
} as const;

/** How a duty stands, as people read it. */
export function dutySentence({ kind, state, peer, dueAt, requestHash, id }: Duty): string {
  const sentence = SENTENCES[kind][state] ?? `stands at "${state}" in a dispute`;
  const filled = sentence.replace("{by}", shownDate(dueAt)).replace("{request}", requestHash).replace("{id}", id);
  return `${PARTIES[kind]} ${peer} ${filled}.`;
}

/** The same for programs. */
export const dutyEvent = ({ settled: _, salt: __, ...duty }: Duty): Readonly<Record<string, unknown>> => duty;

/** Says on the terminal that a dispute has moved. */
export function tellDuty(context: CommandContext, duty: Duty): void {
  PROBES.duty.tell({ kind: duty.kind, state: duty.state });
  announce(context, { event: "dispute", ...dutyEvent(duty) }, dutySentence(duty));
}
