import type { Address } from "@lloom/protocol/commitment-types";
import { formatDuration } from "../../format.ts";
import type { ChannelFacts } from "../facts.ts";
import { type Read, readAddress, readAmount } from "../fields.ts";
import type { Planned } from "../plan.ts";
import { authorizeCall, authorizeEffects, type Possession, readPossession } from "./signers.ts";
import { accountingCall, moment, money, planned, type Situation } from "./situation.ts";

/** Tokens of the wallet become free deposit, with a session key in the same step where a proof of one is given. */
export function planDeposit(situation: Situation): Planned {
  const { typed, facts, deployment } = situation;
  const proof: Read<Possession | undefined> =
    (typed.proof ?? "").trim() === "" ? { value: undefined } : readPossession(situation);
  const amount = readAmount(typed.amount ?? "", {
    token: deployment.token,
    most: facts.tokens,
    of: "The wallet holds",
  });
  return planned({ amount, proof }, (values) => {
    const title = `Deposit ${money(situation, values.amount)}`;
    const what = title;
    return {
      title,
      effects: [
        `${money(situation, values.amount)} leave the wallet ${facts.address} and become its free deposit in AccountingV2 at ${deployment.accounting}.`,
        "Nothing is locked: free deposit can be withdrawn at any time.",
        ...(values.proof === undefined ? [] : authorizeEffects(situation, values.proof)),
      ],
      taking: {
        contract: "AccountingV2",
        spender: deployment.accounting,
        amount: values.amount,
        allowed: facts.allowances.accounting,
        withPermit: ({ deadline, v, r, s }) =>
          accountingCall(situation, what, "depositWithPermit", [values.amount, deadline, v, r, s]),
      },
      calls: [
        accountingCall(situation, what, "deposit", [values.amount]),
        ...(values.proof === undefined ? [] : [authorizeCall(situation, values.proof)]),
      ],
    };
  });
}

/** Pays free deposit out. */
export function planWithdraw(situation: Situation): Planned {
  const { typed, facts, deployment } = situation;
  const fields = {
    amount: readAmount(typed.amount ?? "", {
      token: deployment.token,
      most: facts.deposit,
      of: "The free deposit holds",
    }),
    to: readReceiver(situation),
  };
  return planned(fields, ({ amount, to }) => ({
    title: `Withdraw ${money(situation, amount)}`,
    effects: [
      `${money(situation, amount)} leave the free deposit of ${facts.address} and are paid to ${receiver(situation, to)}.`,
      `${money(situation, facts.deposit - amount)} stay as free deposit.`,
    ],
    calls: [accountingCall(situation, `Withdraw ${money(situation, amount)}`, "withdraw", [to, amount])],
  }));
}

/** Who is paid: the account itself unless another one is named. */
export function readReceiver({ typed, facts }: Situation): Read<Address> {
  const text = (typed.to ?? "").trim();
  return text === "" ? { value: facts.address } : readAddress(text, "who is paid");
}

export const receiver = ({ facts }: Situation, to: Address): string =>
  to === facts.address ? "the same wallet" : `${to}, which is not the connected wallet`;

/** Free deposit is set aside for an executor. */
export function planAllocate(situation: Situation): Planned {
  const { typed, facts, deployment } = situation;
  const fields = {
    executor: readAddress(typed.executor ?? "", "the executor"),
    amount: readAmount(typed.amount ?? "", {
      token: deployment.token,
      most: facts.deposit,
      of: "The free deposit holds",
    }),
  };
  return planned(fields, ({ executor, amount }) => ({
    title: `Allocate ${money(situation, amount)}`,
    effects: [
      `${money(situation, amount)} of the free deposit are set aside in a channel for ${executor}, which is paid out of it for what it answers and this account signs.`,
      `It comes back by an unlock, which takes ${formatDuration(Number(deployment.unlockDelaySeconds))} from when it is begun, or at once when the executor releases it.`,
    ],
    calls: [
      accountingCall(situation, `Allocate ${money(situation, amount)} to ${executor}`, "allocate", [executor, amount]),
    ],
  }));
}

type Channel = Read<ChannelFacts>;

/** A channel of the account; one that is not known yet has nothing in it. */
function readChannel({ typed, facts }: Situation, wants: "balance" | "unlocking"): Channel {
  const executor = readAddress(typed.executor ?? "", "the channel's executor");
  if ("problem" in executor) return executor;
  const found = facts.channels.find((channel) => channel.executor === executor.value);
  if (found === undefined || found[wants] === 0n) {
    return {
      problem:
        wants === "balance"
          ? "There is no money in a channel with this executor."
          : "Nothing unlocks in a channel with this executor.",
    };
  }
  return { value: found };
}

/** Asks for money of a channel back. */
export function planUnlock(situation: Situation): Planned {
  const { typed, facts, deployment } = situation;
  const channel = readChannel(situation, "balance");
  const most = "value" in channel ? channel.value.balance - channel.value.unlocking : 0n;
  const amount =
    "value" in channel
      ? readAmount(typed.amount ?? "", { token: deployment.token, most, of: "The channel can still unlock" })
      : { value: 0n };
  return planned({ executor: channel, amount }, ({ executor: { executor, unlocking }, amount }) => ({
    title: `Begin to unlock ${money(situation, amount)}`,
    effects: [
      `${money(situation, amount)} of the channel with ${executor} are asked back. Nothing moves yet: until the end the executor can still be paid out of it for what it has answered, and takes no new work against it.`,
      `They can be moved into the free deposit from about ${moment(facts.seconds + deployment.unlockDelaySeconds)} on, by a second transaction.`,
      ...(unlocking === 0n ? [] : [`${money(situation, unlocking)} unlock there already; their clock starts anew.`]),
    ],
    calls: [
      accountingCall(situation, `Begin to unlock ${money(situation, amount)}`, "requestUnlock", [executor, amount]),
    ],
  }));
}

/** Moves what has unlocked into the free deposit. */
export function planFinishUnlock(situation: Situation): Planned {
  const channel = readChannel(situation, "unlocking");
  return planned({ executor: stillLocked(situation, channel) }, ({ executor: { executor, unlocking, balance } }) => ({
    title: "Finish the unlock",
    effects: [
      `${money(situation, unlocking < balance ? unlocking : balance)} of the channel with ${executor} become free deposit of ${situation.facts.address}, and can be withdrawn at any time.`,
    ],
    calls: [accountingCall(situation, "Finish the unlock", "finalizeUnlock", [executor])],
  }));
}

function stillLocked({ facts }: Situation, channel: Channel): Channel {
  if ("problem" in channel || channel.value.unlockAt <= facts.seconds) return channel;
  return { problem: `This money is locked until ${moment(channel.value.unlockAt)}, by the chain's clock.` };
}

/** Leaves unlocking money in its channel. */
export const planCancelUnlock = (situation: Situation): Planned =>
  planned({ executor: readChannel(situation, "unlocking") }, ({ executor: { executor, unlocking } }) => ({
    title: "Cancel the unlock",
    effects: [`${money(situation, unlocking)} stay in the channel with ${executor}, which can be paid with it again.`],
    calls: [accountingCall(situation, "Cancel the unlock", "cancelUnlock", [executor])],
  }));
