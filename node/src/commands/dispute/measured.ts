import type { Hex } from "@lloom/protocol/commitment-types";
import { overchargeOf } from "@lloom/protocol/costs";
import { shownTokens } from "../../chain/account/calls.ts";
import { minedAmount } from "../../chain/account/mined-events.ts";
import type { Chain } from "../../chain/chain.ts";
import { measured } from "../../chain/contracts.ts";
import { concedeMeasuredCall, pokeMeasuredCall } from "../../chain/disputes/measured-calls.ts";
import { type MeasuredCourt, openMeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { type MeasuredDispute, quoteBond, readMeasured } from "../../chain/disputes/measured-disputes.ts";
import { readComplaint } from "../../chain/disputes/measured-events.ts";
import { overchargeCall } from "../../client/dispute/overcharges.ts";
import { depositApproval } from "../../duties/deposits.ts";
import { LloomError } from "../../errors.ts";
import type { WrongCount } from "../../store/client/wrong-counts.ts";
import type { Account } from "../deeds/account.ts";
import type { Deed } from "../deeds/deed.ts";
import { shownMoment } from "../words.ts";

/** A measured dispute, with the contracts that it has to do with. */
export interface MeasuredCase {
  readonly court: MeasuredCourt;
  readonly dispute: MeasuredDispute;
}

/** The measured dispute with this id; `undefined` if a jury has no such one. */
export async function findCase(chain: Chain, id: Hex): Promise<MeasuredCase | undefined> {
  const court = await openMeasuredCourt(chain);
  const dispute = court && (await readMeasured(chain, court, id));
  return court === undefined || dispute === undefined || dispute.state === "none" ? undefined : { court, dispute };
}

/** Says that an answer was paid by counts that it has not. */
export async function complaining({ chain, address }: Account, wrong: WrongCount): Promise<Deed> {
  const court = await openMeasuredCourt(chain);
  if (court === undefined)
    throw new LloomError("CHAIN_MISMATCH", "This deployment has no disputes that juries decide.");
  const { receipt, counts, requestHash } = wrong;
  const { executor } = receipt.request;
  const overcharge = overchargeOf(wrong.receipt, wrong.counts);
  const { bond, penalty } = await quoteBond(chain, court, { kind: "TokenInflation", executor, overcharge });
  const { inboundTokens, outboundTokens } = receipt.response;
  return {
    intent: `complain ${requestHash}`,
    call: overchargeCall(court, wrong, bond),
    approval: await depositApproval(chain, court, { account: address, amount: bond }),
    title: `Complain of the counts of an answer of ${executor}`,
    facts: [
      ["stated", `${inboundTokens} + ${outboundTokens} tokens`],
      ["counted", `${counts.inboundTokens} + ${counts.outboundTokens} tokens, ${shownTokens(chain, overcharge)} less`],
      ["bond", `${shownTokens(chain, bond)}, lost if the jury finds the stated counts right`],
      ["at risk", `${shownTokens(chain, penalty)} of its stake`],
      ["then", "it has 12 h to admit it or to deny it; else jurors count"],
    ],
    event: { action: "complain", requestHash, executor, bond, penalty },
    done: (receipt) => {
      const opened = (amount: "bond" | "penalty"): bigint =>
        minedAmount({ at: court.disputes, contract: measured }, receipt, { event: "MeasuredOpened", amount });
      return {
        sentence: "The answer is complained of. See how it goes on: lloom disputes",
        event: { action: "complain", requestHash, executor, bond: opened("bond"), penalty: opened("penalty") },
      };
    },
  };
}

/** Admits what is complained of. */
export async function admitting({ chain, address }: Account, { court, dispute }: MeasuredCase): Promise<Deed> {
  const { id, executor, until } = dispute;
  const [{ opened }, nowSeconds] = await Promise.all([readComplaint(chain, court, id), chain.nowSeconds()]);
  return {
    intent: `concede ${id}`,
    call: concedeMeasuredCall(court, id),
    title: "Admit what is complained of",
    facts: [
      ["dispute", id],
      ["costs", `a quarter of ${shownTokens(chain, opened.penalty)} of stake, and what the answers were overpaid`],
      ["instead of", "all of it, if a jury finds the complaint right"],
      ["until", shownMoment(until, nowSeconds)],
    ],
    done: () => ({ sentence: "The complaint is admitted." }),
    event: { action: "concede", id, executor },
    refused: whyNotAdmit(dispute, { address, nowSeconds }),
  };
}

function whyNotAdmit(
  { id, executor, state, until }: MeasuredDispute,
  { address, nowSeconds }: { readonly address: string; readonly nowSeconds: bigint },
): LloomError | undefined {
  const next = "See what there is: lloom disputes";
  if (executor !== address)
    return new LloomError("COMMAND_INVALID", `Only executor ${executor} can admit what is complained of.`, { next });
  if (state !== "answer" || nowSeconds > until)
    return new LloomError("COMMAND_INVALID", `It is too late to admit it: ${id} is at ${state}.`, { next });
  return undefined;
}

/** Moves a measured dispute on, once its time has come; anybody can. */
export async function movingOn({ chain }: Account, { court, dispute }: MeasuredCase): Promise<Deed> {
  const { id, state, until } = dispute;
  const nowSeconds = await chain.nowSeconds();
  const isEarly = state !== "closed" && until >= nowSeconds;
  return {
    intent: `close dispute ${id}`,
    call: pokeMeasuredCall(court, id),
    title: "Move a dispute on whose time has come",
    facts: [
      ["dispute", id],
      ["stands at", state],
    ],
    done: () => ({ sentence: "The dispute is moved on. See how it stands: lloom disputes" }),
    event: { action: "closeDispute", id },
    ...(isEarly && { nothing: `It stands at ${state} until ${shownMoment(until, nowSeconds)}.` }),
    ...(state === "closed" && {
      refused: new LloomError("COMMAND_INVALID", `The dispute is over (${dispute.outcome}): ${id}.`, {
        next: "What it brought: lloom rewards",
      }),
    }),
  };
}
