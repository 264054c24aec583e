import { formatDuration } from "../../format.ts";
import type { MemberFacts } from "../facts.ts";
import { type Read, readAmount } from "../fields.ts";
import type { Planned } from "../plan.ts";
import { readReceiver, receiver } from "./client.ts";
import { moment, money, planned, type Situation, stakeCall } from "./situation.ts";

const NO_MEMBER = "This account has no role. Take one with the command lloom stake, which knows the node's peer id.";
/** What `unbond` takes for all that is there, however much somebody has just added. */
const EVERYTHING = (1n << 256n) - 1n;

const memberOf = ({ facts }: Situation): Read<MemberFacts> =>
  facts.member === undefined ? { problem: NO_MEMBER } : { value: facts.member };

/** Adds to the stake of a member. */
export function planStake(situation: Situation): Planned {
  const { typed, facts, deployment } = situation;
  const member = memberOf(situation);
  const amount =
    "problem" in member
      ? member
      : readAmount(typed.amount ?? "", { token: deployment.token, most: facts.tokens, of: "The wallet holds" });
  return planned({ amount }, ({ amount }) => ({
    title: `Add ${money(situation, amount)} to the stake`,
    effects: [
      `${money(situation, amount)} leave the wallet ${facts.address} and are at stake for its role as ${facts.member?.role}, in StakeRegistry at ${deployment.stakeRegistry}.`,
      "What is at stake can be slashed for a proven fault.",
      `It comes back by unbonding, which takes ${formatDuration(Number(deployment.unbondingPeriodSeconds))} from when it is begun.`,
    ],
    taking: {
      contract: "StakeRegistry",
      spender: deployment.stakeRegistry,
      amount,
      allowed: facts.allowances.stakeRegistry,
      withPermit: undefined,
    },
    calls: [stakeCall(situation, `Stake ${money(situation, amount)}`, "stake", [amount])],
  }));
}

/** Begins to take stake out. */
export function planUnbond(situation: Situation): Planned {
  const { typed, facts, deployment } = situation;
  const member = memberOf(situation);
  const amount = "problem" in member ? member : readUnbond(situation, member.value, typed.amount ?? "");
  return planned({ amount }, ({ amount }) => {
    const isAll = amount === facts.member?.stake;
    const unbonding = facts.member?.unbonding ?? 0n;
    return {
      title: `Begin to unbond ${money(situation, amount)}`,
      effects: [
        `${money(situation, amount)} stop counting as stake at once, and stay slashable until they are paid out.`,
        `They can be paid out from about ${moment(facts.seconds + deployment.unbondingPeriodSeconds)} on, by a second transaction, less what open disputes freeze.`,
        ...(isAll ? [`Nothing is left at stake: the account is no active ${facts.member?.role} any more.`] : []),
        ...(unbonding === 0n ? [] : [`${money(situation, unbonding)} unbond already; their clock starts anew.`]),
      ],
      calls: [
        stakeCall(situation, `Begin to unbond ${money(situation, amount)}`, "unbond", [isAll ? EVERYTHING : amount]),
      ],
    };
  });
}

function readUnbond(situation: Situation, { stake, minimum }: MemberFacts, typed: string): Read<bigint> {
  const amount = readAmount(typed, { token: situation.deployment.token, most: stake, of: "The stake is" });
  if ("problem" in amount || amount.value === stake || stake - amount.value >= minimum) return amount;
  return {
    problem: `${money(situation, stake - amount.value)} would be left, and the least stake is ${money(situation, minimum)}: take out all, or less.`,
  };
}

/** Pays out stake whose time is over. */
export function planFinishUnbond(situation: Situation): Planned {
  const { facts } = situation;
  const { unbonding = 0n, unbondAt = 0n } = facts.member ?? {};
  const to: Read<`0x${string}`> =
    facts.member === undefined
      ? { problem: NO_MEMBER }
      : unbonding === 0n
        ? { problem: "No stake is unbonding." }
        : unbondAt > facts.seconds
          ? { problem: `The stake is unbonding until ${moment(unbondAt)}, by the chain's clock.` }
          : readReceiver(situation);
  return planned({ to }, ({ to }) => ({
    title: "Finish unbonding",
    effects: [
      `${money(situation, unbonding)} are paid to ${receiver(situation, to)}; less where open disputes freeze a part of it, which stays until they are over.`,
    ],
    calls: [stakeCall(situation, "Withdraw unbonded stake", "withdraw", [to])],
  }));
}

/** Puts unbonding stake back to work. */
export const planCancelUnbond = (situation: Situation): Planned =>
  planned({}, () => ({
    title: "Cancel unbonding",
    effects: [
      `${money(situation, situation.facts.member?.unbonding ?? 0n)} count as stake again, and can be slashed as such.`,
    ],
    calls: [stakeCall(situation, "Cancel unbonding", "cancelUnbond")],
  }));

/** Ends a jail whose time is over. */
export const planUnjail = (situation: Situation): Planned =>
  planned({}, () => ({
    title: "Leave jail",
    effects: [
      `${situation.facts.address} is an active ${situation.facts.member?.role ?? "member"} again, if its time in jail is over and its stake is at the minimum. Its first week begins anew.`,
      "No money moves.",
    ],
    calls: [stakeCall(situation, "Leave jail", "unjail")],
  }));
