import type { Address } from "@lloom/protocol/commitment-types";
import { isAddress } from "ethers";
import {
  allocateCall,
  cancelUnlockCall,
  finalizeUnlockCall,
  finalizeUnlockForCall,
  requestUnlockCall,
  shownTokens,
} from "../../chain/account/calls.ts";
import { minedEvent } from "../../chain/account/mined-events.ts";
import type { Chain } from "../../chain/chain.ts";
import { type Channel, findChannels } from "../../chain/read/channels-of.ts";
import { readActive, readChannel, readDeposit } from "../../chain/reads.ts";
import { shownDuration, shownMoment } from "../words.ts";
import type { Account } from "./account.ts";
import { type Deed, type Done, untold } from "./deed.ts";
import type { Amount } from "./payouts.ts";
import { tooMuch } from "./too-much.ts";

/** Free deposit into the channel with an executor. */
export async function allocation(account: Account, executor: Address, amount: bigint): Promise<Deed> {
  const { chain, address } = account;
  const [deposit, { balance }, isActive] = await Promise.all([
    readDeposit(chain, address),
    readChannel(chain, address, executor),
    readActive(chain, executor),
  ]);
  const delay = shownDuration(chain.unlockDelaySeconds);
  return {
    intent: `allocate ${amount} to ${executor}`,
    call: await allocateCall(chain, executor, amount),
    title: `Allocate ${shownTokens(chain, amount)} to the channel with ${executor}`,
    facts: [
      ["channel", `${shownTokens(chain, balance)} now, ${shownTokens(chain, balance + amount)} then`],
      ...(isActive ? [] : [["note", "this address is no active executor: it has nothing at stake"] as const]),
      ["leaves", `${shownTokens(chain, deposit > amount ? deposit - amount : 0n)} of free deposit`],
      ["free", `${delay} after you ask for it: lloom unlock ${executor}; that executor alone can earn it`],
    ],
    event: { action: "allocate", executor, amount, channelBalance: balance + amount },
    done: (receipt) => {
      const { channelBalance } = minedEvent(chain, receipt, "Allocated");
      return {
        sentence: `${shownTokens(chain, amount)} are in the channel with ${executor}. What is not spent comes back ${delay} after lloom unlock.`,
        event: { action: "allocate", executor, amount, channelBalance },
      };
    },
    refused: tooMuch(chain, {
      ...{ asked: amount, available: deposit, where: "The free deposit holds" },
      next: "Deposit more (lloom deposit AMOUNT), or allocate less.",
    }),
  };
}

/** Asks for money of a channel back. */
export async function unlockRequest(account: Account, executor: Address, asked: Amount): Promise<Deed> {
  const { chain, address } = account;
  const [{ balance, unlocking }, nowSeconds] = await Promise.all([
    readChannel(chain, address, executor),
    chain.nowSeconds(),
  ]);
  const locked = balance - unlocking;
  const amount = asked === "all" ? locked : asked;
  const freeAt = nowSeconds + chain.unlockDelaySeconds;
  const when = shownMoment(freeAt, nowSeconds);
  const restarts = `for all ${shownTokens(chain, unlocking + amount)} of this channel, the clock starts anew`;
  return {
    intent: `unlock ${asked} of ${executor}`,
    call: await requestUnlockCall(chain, executor, amount),
    title: `Ask for ${shownTokens(chain, amount)} of the channel with ${executor} back`,
    facts: [
      ["channel", `${shownTokens(chain, balance)}, of which ${shownTokens(chain, unlocking)} are unlocking already`],
      ...(unlocking > 0n ? [["note", restarts] as const] : []),
      ["until then", "the executor can still claim it for answers, and takes no new requests near the end"],
      ["free", `from ${when}: lloom unlock --finish, then lloom withdraw deposit`],
    ],
    event: unlockEvent(executor, amount, freeAt),
    done: async (receipt) => {
      const mined = minedEvent(chain, receipt, "UnlockRequested");
      return unlockDone(chain, mined, await chain.nowSeconds());
    },
    nothing: amount > 0n ? undefined : nothingLocked(executor, unlocking > 0n),
    refused: tooMuch(chain, {
      ...{ asked: amount, available: locked, where: whereLocked(chain, executor, unlocking) },
      next: `Ask for less, or for all of it: lloom unlock ${executor}`,
    }),
  };
}

const unlockEvent = (executor: Address, amount: bigint, freeAt: bigint) => ({
  ...{ action: "unlock", executor, amount, freeAt },
});

function unlockDone(
  chain: Chain,
  { executor, amount, unlockAt }: { executor: Address; amount: bigint; unlockAt: bigint },
  nowSeconds: bigint,
): Done {
  const when = shownMoment(unlockAt, nowSeconds);
  return {
    sentence: `${shownTokens(chain, amount)} are unlocking, free from ${when}: lloom unlock --finish, then lloom withdraw deposit.`,
    event: unlockEvent(executor, amount, unlockAt),
  };
}

const whereLocked = (chain: Chain, executor: Address, unlocking: bigint): string =>
  unlocking === 0n
    ? `The channel with ${executor} holds`
    : `The channel with ${executor} holds, beside ${shownTokens(chain, unlocking)} that are unlocking already,`;

const nothingLocked = (executor: Address, isUnlocking: boolean): string =>
  isUnlocking
    ? `All of the channel with ${executor} is unlocking already; lloom unlock says until when.`
    : `There is no money in a channel with ${executor}.`;

/** Puts unlocking money back to work. */
export async function unlockCancel(account: Account, executor: Address): Promise<Deed> {
  const { chain, address } = account;
  const { unlocking } = await readChannel(chain, address, executor);
  return {
    intent: `cancel the unlock of ${executor}`,
    call: await cancelUnlockCall(chain, executor),
    title: `Keep ${shownTokens(chain, unlocking)} in the channel with ${executor}`,
    facts: [["free", "not before it is asked for again: lloom unlock"]],
    event: { action: "cancelUnlock", executor, amount: unlocking },
    done: (receipt) => {
      const { amount } = minedEvent(chain, receipt, "UnlockCancelled");
      return {
        sentence: `${shownTokens(chain, amount)} stay in the channel with ${executor}.`,
        event: { action: "cancelUnlock", executor, amount },
      };
    },
    nothing: unlocking > 0n ? undefined : `Nothing of a channel with ${executor} is unlocking.`,
  };
}

/** Of a client's channels, what can be brought back now, and what of it unlocks still. */
export interface Finishable {
  readonly due: readonly Address[];
  readonly waiting: readonly Channel[];
}

const FINISH = "finish the unlock of ";

/** Looks for what has finished unlocking. What an earlier run brought back, and told nobody, is due once more. */
export async function findFinishable(account: Account): Promise<Finishable> {
  const { chain, address } = account;
  const nowSeconds = await chain.nowSeconds();
  const channels = (await findChannels(chain, address, "client")).filter(({ unlocking }) => unlocking > 0n);
  const isDue = ({ unlockAt }: Channel): boolean => unlockAt <= nowSeconds;
  const begun = untold(account, FINISH).filter((rest): rest is Address => isAddress(rest));
  return {
    due: [...new Set([...begun, ...channels.filter(isDue).map(({ peer }) => peer)])],
    waiting: channels.filter((channel) => !isDue(channel)),
  };
}

/** Brings what has finished unlocking back to the free deposit. */
export async function finishUnlock(account: Account, executor: Address): Promise<Deed> {
  const deed = await finishUnlockFor(account, { client: account.address, executor });
  return {
    ...deed,
    intent: `${FINISH}${executor}`,
    call: await finalizeUnlockCall(account.chain, executor),
    facts: [["free", "as soon as it is mined: lloom withdraw deposit"]],
  };
}

/** The same for any client, at the cost of this key. */
export async function finishUnlockFor(
  { chain }: Account,
  { client, executor }: { readonly client: Address; readonly executor: Address },
): Promise<Deed> {
  const [{ unlocking, unlockAt }, nowSeconds] = await Promise.all([
    readChannel(chain, client, executor),
    chain.nowSeconds(),
  ]);
  const shown = shownTokens(chain, unlocking);
  const notYet = `${shown} of the channel with ${executor} are free from ${shownMoment(unlockAt, nowSeconds)}.`;
  return {
    intent: `${FINISH}${executor} for ${client}`,
    call: await finalizeUnlockForCall(chain, client, executor),
    title: `Return ${shown} from the channel with ${executor} to the free deposit`,
    facts: [["free", `for ${client}, as soon as it is mined: lloom withdraw deposit`]],
    event: { action: "finishUnlock", executor, amount: unlocking },
    done: (receipt) => {
      // An executor may have claimed some of it meanwhile.
      const { amount } = minedEvent(chain, receipt, "UnlockFinalized");
      return {
        sentence: `${shownTokens(chain, amount)} from the channel with ${executor} are free deposit now: lloom withdraw deposit.`,
        event: { action: "finishUnlock", executor, amount },
      };
    },
    nothing:
      unlocking === 0n
        ? `Nothing of a channel with ${executor} is unlocking.`
        : unlockAt > nowSeconds
          ? notYet
          : undefined,
  };
}
