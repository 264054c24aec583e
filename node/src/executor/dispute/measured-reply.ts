import type { Receipt } from "@lloom/protocol/commitment-types";
import { enumName } from "@lloom/protocol/contract-enums";
import { type CountedAnswer, countFinding } from "@lloom/protocol/count-finding";
import { measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { deliveryHash } from "@lloom/protocol/merkle";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import type { AnswerDisputed, Complaint } from "../../chain/disputes/measured-events.ts";
import type { PartyReply } from "../../duties/party-rules.ts";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { ExecutorLog } from "../../store/executor/executor-log.ts";

/** An answer that this executor signed, with what opens it. */
export interface OwnAnswer {
  readonly receipt: Receipt;
  readonly prompt: OpenedPrompt;
  readonly text: string;
}

/** How many tokens an answer really had; `undefined` where that cannot be counted here. */
export type CountOwn = (answer: OwnAnswer) => Promise<Pick<CountedAnswer, "counts" | "isSameVersion"> | undefined>;

export interface MeasuredReplyParts {
  readonly store: Pick<ExecutorLog, "find" | "delivery">;
  readonly count: CountOwn;
  readonly log: Log;
}

/**
 * What an executor says to a complaint, by its own log. It concedes what it can see to be true: counts. Another model than signed it
 * cannot see. While it cannot show every answer it says nothing, since a copy of the log may come back; silence is no guilt. Nor
 * does it deny what only a newer version knows the name of.
 */
export const measuredReply =
  ({ store, count, log }: MeasuredReplyParts) =>
  async ({ opened, answers }: Complaint): Promise<PartyReply> => {
    const kind = enumName(measuredDisputesFacts.Kind, opened.kind);
    if (kind === "Unknown") {
      log.warn({ id: opened.id, kind: Number(opened.kind) }, "this version does not know what a dispute complains of");
      return "wait";
    }
    const own = answers.map((answer) => ownAnswer(store, answer));
    const shown = own.filter((answer) => answer !== undefined);
    if (shown.length < own.length) return "wait";
    if (kind === "WrongModel") return "answer";
    const counted: CountedAnswer[] = [];
    for (const [index, answer] of shown.entries()) {
      const found = await count(answer).catch((thrown: unknown) => {
        log.info({ id: opened.id, problem: asLloomError(thrown).message }, "disputed counts cannot be counted again");
        return undefined;
      });
      const claimed = answers[index];
      if (found === undefined || claimed === undefined) return "answer";
      counted.push({ ...answer.receipt, ...found, claimed: countsOf(claimed), canClear: true });
    }
    return countFinding(counted) === "Mismatch" ? "concede" : "answer";
  };

/** As the challenger counted. */
const countsOf = ({ inboundTokens, outboundTokens }: AnswerDisputed) => ({
  inboundTokens: Number(inboundTokens),
  outboundTokens: Number(outboundTokens),
});

function ownAnswer(
  store: MeasuredReplyParts["store"],
  { requestHash, responseHash }: AnswerDisputed,
): OwnAnswer | undefined {
  const served = store.find(requestHash);
  if (served?.status !== "signed" || served.responseHash !== responseHash) return undefined;
  const kept = store.delivery(requestHash);
  const { receipt } = served;
  if (kept?.prompt === undefined || deliveryHash(kept.delivered) !== receipt.response.deliveryHash) return undefined;
  return { receipt, prompt: kept.prompt, text: Buffer.from(kept.delivered).toString() };
}
