import type { Address } from "@lloom/protocol/commitment-types";
import { releaseCall, shownTokens } from "../../chain/account/calls.ts";
import { minedEvent } from "../../chain/account/mined-events.ts";
import { readChannel } from "../../chain/reads.ts";
import type { Fact } from "../words.ts";
import type { Account } from "./account.ts";
import type { Deed, DeedEvent } from "./deed.ts";
import type { Amount } from "./payouts.ts";
import { tooMuch } from "./too-much.ts";

/**
 * An executor gives money of a client's channel back. What the client owes for answers that are not settled stays, unless an amount
 * is named that takes it, too: nothing could pay it then. `owing` is what the client owes, whatever the channel holds.
 */
export async function channelRelease(
  account: Account,
  client: Address,
  { asked, owing }: { readonly asked: Amount; readonly owing: bigint },
): Promise<Deed> {
  const { chain, address } = account;
  const { balance } = await readChannel(chain, client, address);
  const owed = owing < balance ? owing : balance;
  const spare = balance - owed;
  const amount = asked === "all" ? spare : asked;
  const lost = lostOf({ amount, balance, owed });
  const tokens = (count: bigint): string => shownTokens(chain, count);
  const shown = tokens(amount);
  return {
    intent: `release ${asked} to ${client}`,
    call: await releaseCall(chain, client, amount),
    title: `Give ${shown} of the channel of ${client} back to that client`,
    facts: [
      ["channel", `${tokens(balance)} now, ${tokens(balance > amount ? balance - amount : 0n)} then`],
      ...(owed > 0n ? [owedFact(tokens(owed), lost > 0n ? tokens(lost) : undefined)] : []),
      ["free", "for the client, as soon as it is mined"],
    ],
    event: releaseEvent(client, { amount, balance, owed }),
    done: (receipt) => {
      const mined = minedEvent(chain, receipt, "Released");
      const before = mined.channelBalance + mined.amount;
      const money = { amount: mined.amount, balance: before, owed: owing < before ? owing : before };
      const gone = lostOf(money);
      const writtenOff = gone > 0n ? ` ${tokens(gone)} that it owed are written off.` : "";
      return {
        sentence: `${tokens(mined.amount)} are in the free deposit of ${client} again.${writtenOff}`,
        event: releaseEvent(client, money),
      };
    },
    nothing: amount > 0n ? undefined : nothingSpare(client, tokens(balance), balance > 0n),
    refused: tooMuch(chain, {
      ...{ asked: amount, available: balance, where: `The channel of ${client} holds` },
      next: `Ask for less, or for all that is not owed: lloom release ${client}`,
    }),
  };
}

/** A channel that something is released of. Base units. */
interface Releasing {
  readonly amount: bigint;
  /** Of the channel before. */
  readonly balance: bigint;
  /** What of that the client owes. */
  readonly owed: bigint;
}

const lostOf = ({ amount, balance, owed }: Releasing): bigint =>
  amount + owed > balance ? amount + owed - balance : 0n;

const releaseEvent = (client: Address, money: Releasing): DeedEvent => ({
  ...{ action: "release", client, amount: money.amount, owed: money.owed, writtenOff: lostOf(money) },
});

const owedFact = (owed: string, lost: string | undefined): Fact => [
  "owed",
  lost === undefined
    ? `${owed} by this client, not settled: that much stays; lloom settle takes it`
    : `${owed} by this client, not settled: ${lost} of it are given up for good, unless you settle first: lloom settle`,
];

const nothingSpare = (client: Address, balance: string, holdsAny: boolean): string =>
  holdsAny
    ? `All of the channel of ${client}, ${balance}, is owed for answers that are not settled. Settle them first: lloom settle.`
    : `There is no money in the channel of ${client}.`;
