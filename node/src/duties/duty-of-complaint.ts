import { measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import type { Complaint } from "../chain/disputes/measured-events.ts";
import type { Duty, MeasuredDutyKind } from "../store/duty-log.ts";

/** What a complaint makes one of its parties, or a juror, look after. */
export function dutyOfComplaint(kind: MeasuredDutyKind, { opened, answers }: Complaint): Duty {
  const { id, executor, challenger, bond, penalty, restitution, until } = opened;
  return {
    ...{ kind, id, peer: kind === "defend" ? challenger : executor, state: "open" },
    requestHash: answers[0]?.requestHash ?? id,
    ...{ dueAt: until, amount: answers.reduce((sum, { paid }) => sum + paid, 0n), matured: restitution, penalty, bond },
    notedAt: until - measuredDisputesFacts.ANSWER_PERIOD,
  };
}
