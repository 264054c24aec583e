import { cancelUnbondCall, shownTokens, unbondCall, unjailCall } from "../../chain/account/calls.ts";
import { minedEvent } from "../../chain/account/mined-events.ts";
import type { Chain } from "../../chain/chain.ts";
import { type Member, readFor, readMember, readMinimumStake } from "../../chain/reads.ts";
import type { LloomError } from "../../errors.ts";
import { shownMoment } from "../words.ts";
import type { Account } from "./account.ts";
import type { Deed } from "./deed.ts";
import type { Amount } from "./payouts.ts";
import { tooMuch } from "./too-much.ts";

const readPeriod = ({ contracts }: Chain): Promise<bigint> =>
  readFor("the unbonding period", contracts.stakeRegistry.unbondingPeriod());

/** Starts to take stake out. */
export async function unbonding(account: Account, asked: Amount): Promise<Deed> {
  const { chain, address } = account;
  const [member, period, nowSeconds] = await Promise.all([
    readMember(chain, address),
    readPeriod(chain),
    chain.nowSeconds(),
  ]);
  const amount = asked === "all" ? member.stake : asked;
  const left = member.stake > amount ? member.stake - amount : 0n;
  const freeAt = nowSeconds + period;
  const when = shownMoment(freeAt, nowSeconds);
  return {
    intent: `unbond ${asked}`,
    call: await unbondCall(chain, amount),
    title: `Take ${shownTokens(chain, amount)} of the stake out`,
    facts: [
      [
        "leaves",
        left === 0n
          ? `nothing at stake: you stop being an active ${member.role}`
          : `${shownTokens(chain, left)} at stake`,
      ],
      ...(member.unbonding > 0n
        ? [["note", `${shownTokens(chain, member.unbonding)} are unbonding already: their clock starts anew`] as const]
        : []),
      ["until then", "it can still be slashed for what was proven, and backs nothing"],
      ["free", `from ${when}: lloom withdraw stake`],
    ],
    event: { action: "unbond", amount, left, freeAt },
    done: async (receipt) => {
      const mined = minedEvent(chain, receipt, "UnbondRequested");
      const when = shownMoment(mined.unbondAt, await chain.nowSeconds());
      return {
        sentence: `${shownTokens(chain, mined.amount)} are unbonding, free from ${when}: lloom withdraw stake.`,
        event: { action: "unbond", amount: mined.amount, left: mined.totalStake, freeAt: mined.unbondAt },
      };
    },
    nothing: amount > 0n ? undefined : noStake(chain, member),
    refused: await whyNotOut(chain, member, amount),
  };
}

/** More than there is, or so much that the rest would be too little for the role. */
async function whyNotOut(chain: Chain, { role, stake }: Member, amount: bigint): Promise<LloomError | undefined> {
  const next = "Ask for less, or for all of it: lloom unbond all";
  const missing = tooMuch(chain, { asked: amount, available: stake, where: "At stake are", next });
  if (missing !== undefined || amount === stake || (role !== "executor" && role !== "validator")) return missing;
  const minimum = await readMinimumStake(chain, role);
  return tooMuch(chain, {
    ...{ asked: amount, available: stake > minimum ? stake - minimum : 0n, next },
    where: `Of ${shownTokens(chain, stake)} at stake ${shownTokens(chain, minimum)} have to stay, or nothing; free to leave are`,
  });
}

const noStake = (chain: Chain, { unbonding: out }: Member): string =>
  out > 0n ? `All of the stake is unbonding already: ${shownTokens(chain, out)}.` : "There is no stake.";

/** Makes unbonding stake count again. */
export async function unbondCancel(account: Account): Promise<Deed> {
  const { chain, address } = account;
  const { unbonding: out, stake } = await readMember(chain, address);
  return {
    intent: "cancel the unbonding",
    call: await cancelUnbondCall(chain),
    title: `Put ${shownTokens(chain, out)} of unbonding stake back to work`,
    facts: [
      ["stake", `${shownTokens(chain, stake + out)} then`],
      ["free", "not before it is taken out again: lloom unbond"],
    ],
    event: { action: "cancelUnbond", amount: out },
    done: (receipt) => {
      const { amount, totalStake } = minedEvent(chain, receipt, "UnbondCancelled");
      return {
        sentence: `${shownTokens(chain, totalStake)} are at stake.`,
        event: { action: "cancelUnbond", amount },
      };
    },
    nothing: out > 0n ? undefined : "No stake is unbonding.",
  };
}

/** Leaves jail. */
export async function leaveJail(account: Account): Promise<Deed> {
  const { chain, address } = account;
  const [member, nowSeconds] = await Promise.all([readMember(chain, address), chain.nowSeconds()]);
  return {
    intent: "leave jail",
    call: await unjailCall(chain),
    title: `Leave jail as ${member.role}`,
    facts: [["note", "the first week begins anew, in which a growing part of the stake covers last answers"]],
    event: { action: "unjail", role: member.role },
    done: () => ({ sentence: `This key is an active ${member.role} again.` }),
    nothing: await whyInJail(chain, member, nowSeconds),
  };
}

async function whyInJail(chain: Chain, member: Member, nowSeconds: bigint): Promise<string | undefined> {
  const { role, jailedUntil, stake } = member;
  if ((role !== "executor" && role !== "validator") || jailedUntil === 0n) return "This key is not in jail.";
  if (jailedUntil > nowSeconds) return `The jail opens ${shownMoment(jailedUntil, nowSeconds)}.`;
  const minimum = await readMinimumStake(chain, role);
  if (stake >= minimum) return undefined;
  return `The stake is ${shownTokens(chain, stake)}, and ${shownTokens(chain, minimum)} are needed: lloom stake first.`;
}
