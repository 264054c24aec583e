import type { Address } from "@lloom/protocol/commitment-types";
import { formatAmount } from "../../format.ts";
import type { Read } from "../fields.ts";
import type { Call, Planned } from "../plan.ts";
import { readReceiver, receiver } from "./client.ts";
import { accountingCall, callOf, money, planned, type Situation, stakeCall } from "./situation.ts";

/** Wei as people read them. */
export const ether = (wei: bigint): string => `${formatAmount(wei, 18)} ETH`;

interface Payout {
  readonly title: string;
  /** Of what there is so much. */
  readonly amount: bigint;
  readonly shown: string;
  readonly from: string;
  readonly nothing: string;
  readonly call: (to: Address) => Call;
}

function planPayout(situation: Situation, { title, amount, shown, from, nothing, call }: Payout): Planned {
  const to: Read<Address> = amount === 0n ? { problem: nothing } : readReceiver(situation);
  return planned({ to }, ({ to }) => ({
    title,
    effects: [`${shown} leave ${from} and are paid to ${receiver(situation, to)}. All of it that is free now.`],
    calls: [call(to)],
  }));
}

/** Pays out what an executor has earned and may take. */
export function planEarnings(situation: Situation): Planned {
  const { free, maturing } = situation.facts.earnings;
  return planPayout(situation, {
    title: `Withdraw ${money(situation, free)} of earnings`,
    ...{ amount: free, shown: money(situation, free), from: "the earnings" },
    nothing:
      maturing === 0n
        ? "There are no earnings to withdraw."
        : `Nothing is free yet; ${money(situation, maturing)} mature within 48 hours.`,
    call: (to) => accountingCall(situation, "Withdraw earnings", "withdrawEarnings", [to]),
  });
}

/** Pays out shares of slashes and jurors' fees. */
export function planRewards(situation: Situation): Planned {
  const amount = situation.facts.rewards;
  return planPayout(situation, {
    title: `Claim ${money(situation, amount)} of rewards`,
    ...{ amount, shown: money(situation, amount), from: "the rewards in StakeRegistry" },
    nothing: "There are no rewards to claim.",
    call: (to) => stakeCall(situation, "Claim rewards", "withdrawRewards", [to]),
  });
}

/** Pays out the credit for bonds of measured disputes. */
export function planCredit(situation: Situation): Planned {
  const amount = situation.facts.credit;
  return planPayout(situation, {
    title: `Claim ${money(situation, amount)} of credit`,
    ...{ amount, shown: money(situation, amount), from: "the credit in MeasuredDeposits" },
    nothing: "There is no credit to claim.",
    call: (to) =>
      callOf({
        ...{ what: "Claim credit", contract: "MeasuredDeposits", name: "withdrawCredit", values: [to] },
        to: situation.judges.deposits as Address,
      }),
  });
}

/** Pays out bonds of delivery disputes that came back. */
export function planBonds(situation: Situation): Planned {
  const amount = situation.facts.bondWei;
  return planPayout(situation, {
    title: `Claim ${ether(amount)} of bonds`,
    ...{ amount, shown: ether(amount), from: "the bonds in DeliveryDisputes" },
    nothing: "There are no bonds to claim.",
    call: (to) =>
      callOf({
        ...{ what: "Claim bonds", contract: "DeliveryDisputes", name: "withdrawBonds", values: [to] },
        to: situation.judges.delivery as Address,
      }),
  });
}
