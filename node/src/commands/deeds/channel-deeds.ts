import type { Address } from "@lloom/protocol/commitment-types";
import {
  allocateCall,
  cancelUnlockCall,
  finalizeUnlockCall,
  finalizeUnlockForCall,
  requestUnlockCall,
  shownTokens,
} from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { readActive, readChannel, readDeposit } from "../../chain/reads.ts";
import { shownDuration, shownMoment } from "../words.ts";
import type { Account } from "./account.ts";
import type { Deed } from "./deed.ts";
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
    done: `${shownTokens(chain, amount)} are in the channel with ${executor}. What is not spent comes back ${delay} after lloom unlock.`,
    event: { action: "allocate", executor, amount, channelBalance: balance + amount },
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
    ...unlockDone(chain, { executor, amount, freeAt, nowSeconds }),
    afterwards: async () => {
      const { unlockAt } = await readChannel(chain, address, executor);
      return unlockDone(chain, { executor, amount, freeAt: unlockAt, nowSeconds: await chain.nowSeconds() });
    },
    nothing: amount > 0n ? undefined : nothingLocked(executor, unlocking > 0n),
    refused: tooMuch(chain, {
      ...{ asked: amount, available: locked, where: whereLocked(chain, executor, unlocking) },
      next: `Ask for less, or for all of it: lloom unlock ${executor}`,
    }),
  };
}

interface Unlocking {
  readonly executor: Address;
  readonly amount: bigint;
  readonly freeAt: bigint;
  readonly nowSeconds: bigint;
}

function unlockDone(chain: Chain, { executor, amount, freeAt, nowSeconds }: Unlocking): Pick<Deed, "done" | "event"> {
  const when = shownMoment(freeAt, nowSeconds);
  return {
    done: `${shownTokens(chain, amount)} are unlocking, free from ${when}: lloom unlock --finish, then lloom withdraw deposit.`,
    event: { action: "unlock", executor, amount, freeAt },
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
    done: `${shownTokens(chain, unlocking)} stay in the channel with ${executor}.`,
    event: { action: "cancelUnlock", executor, amount: unlocking },
    nothing: unlocking > 0n ? undefined : `Nothing of a channel with ${executor} is unlocking.`,
  };
}

/** Brings what has finished unlocking back to the free deposit. */
export async function finishUnlock(account: Account, executor: Address): Promise<Deed> {
  const deed = await finishUnlockFor(account, { client: account.address, executor });
  return {
    ...deed,
    intent: `finish the unlock of ${executor}`,
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
    intent: `finish the unlock of ${executor} for ${client}`,
    call: await finalizeUnlockForCall(chain, client, executor),
    title: `Return ${shown} from the channel with ${executor} to the free deposit`,
    facts: [["free", `for ${client}, as soon as it is mined: lloom withdraw deposit`]],
    done: `What was unlocked from the channel with ${executor} is free deposit now: lloom withdraw deposit.`,
    event: { action: "finishUnlock", executor, amount: unlocking },
    nothing:
      unlocking === 0n
        ? `Nothing of a channel with ${executor} is unlocking.`
        : unlockAt > nowSeconds
          ? notYet
          : undefined,
  };
}
