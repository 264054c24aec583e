import type { Hex } from "@lloom/protocol/commitment-types";
import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import { type DeliveryDispute, readDispute } from "../../chain/disputes/delivery-disputes.ts";
import { openJudges } from "../../chain/disputes/judges.ts";
import { readJurors, readPanel, readSeat } from "../../chain/disputes/jury.ts";
import { type MeasuredDispute, readDeposits } from "../../chain/disputes/measured-disputes.ts";
import { readComplaint } from "../../chain/disputes/measured-events.ts";
import { LloomError } from "../../errors.ts";
import { announce, type CommandContext } from "../command.ts";
import type { View } from "../deeds/account.ts";
import { type Fact, factLines, shownEther, shownMoment } from "../words.ts";
import { findCase, type MeasuredCase } from "./measured.ts";

const SUBJECTS: Readonly<Record<MeasuredDispute["kind"], string>> = {
  WrongModel: "the model",
  TokenInflation: "the counts",
  Unknown: "something that this version does not know",
};

/** Shows one dispute, whoever its parties are: where it stands, until when, and the money of both. */
export async function showDispute(context: CommandContext, view: View, id: Hex): Promise<void> {
  const found = await findCase(view.chain, id);
  if (found !== undefined) return showMeasured(context, view, found);
  const { delivery } = await openJudges(view.chain);
  const dispute = await readDispute(view.chain, delivery, id);
  if (dispute.state === "none")
    throw new LloomError("COMMAND_INVALID", `There is no dispute ${id}.`, {
      next: "See what there is: lloom disputes",
    });
  showDelivery(context, { ...dispute, id, nowSeconds: await view.chain.nowSeconds() }, view);
}

function showDelivery(
  context: CommandContext,
  { nowSeconds, ...dispute }: DeliveryDispute & { readonly id: Hex; readonly nowSeconds: bigint },
  { chain }: View,
): void {
  const { id, state, client, executor, revealBy, paid, penalty, bond } = dispute;
  const facts: Fact[] = [
    ["dispute", `${id}, about an answer that never came`],
    ["stands at", state],
    ...(state === "open" ? [["until", shownMoment(revealBy, nowSeconds)] as const] : []),
    ["client", client],
    ["executor", executor],
    ["paid", shownTokens(chain, paid)],
    ["stake at risk", shownTokens(chain, penalty)],
    ["bond", shownEther(bond)],
  ];
  announce(
    context,
    { event: "dispute", of: "delivery", ...dispute, token: tokenOf(chain) },
    factLines(facts).join("\n"),
  );
}

async function showMeasured(context: CommandContext, { chain }: View, { court, dispute }: MeasuredCase): Promise<void> {
  const { id } = dispute;
  const [{ opened, answers }, panel, deposits, nowSeconds] = await Promise.all([
    readComplaint(chain, court, id),
    readPanel(chain, court, id),
    readDeposits(chain, court, id),
    chain.nowSeconds(),
  ]);
  const jurors = panel.round === 0 ? [] : await readJurors(chain, court, { id, round: panel.round });
  const seats = await Promise.all(jurors.map((juror) => readSeat(chain, court, { id, juror })));
  const votes = jurors.map((juror, index) => ({ juror, vote: seats[index]?.revealed ?? "none" }));
  const facts: Fact[] = [
    ["dispute", `${id}, about ${SUBJECTS[dispute.kind]} of ${answers.length} answers`],
    ["stands at", dispute.state === "closed" ? `closed: ${dispute.outcome}` : dispute.state],
    ...(dispute.until > 0n && dispute.state !== "closed"
      ? [["until", shownMoment(dispute.until, nowSeconds)] as const]
      : []),
    ["challenger", dispute.challenger],
    ["executor", dispute.executor],
    ["stake at risk", shownTokens(chain, opened.penalty)],
    ["bond", shownTokens(chain, opened.bond)],
    ...(deposits.appeal > 0n ? [["appeal", shownTokens(chain, deposits.appeal)] as const] : []),
    ["verdict", dispute.verdict],
    ["evidence", opened.evidenceHash],
    ...votes.map(({ juror, vote }) => ["juror", `${juror} ${vote}`] as const),
  ];
  announce(
    context,
    {
      ...{ event: "dispute", of: "measured", ...dispute, ...{ penalty: opened.penalty, bond: opened.bond } },
      ...{ evidenceHash: opened.evidenceHash, answers: answers.map(({ requestHash }) => requestHash) },
      ...{ votes, token: tokenOf(chain) },
    },
    factLines(facts).join("\n"),
  );
}
