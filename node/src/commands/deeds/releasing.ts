import type { Address } from "@lloom/protocol/commitment-types";
import { releaseCall, shownTokens } from "../../chain/account/calls.ts";
import { minedEvent } from "../../chain/account/mined-events.ts";
import { readChannel } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import type { Fact } from "../words.ts";
import type { Account } from "./account.ts";
import type { Deed, DeedEvent } from "./deed.ts";
import type { Amount } from "./payouts.ts";
import { tooMuch } from "./too-much.ts";

/**
 * An executor gives money of a client's channel back. What the client owes for answers that are not settled stays, unless an amount
 * is named that takes it, too: nothing could pay it then. `owing` is what the client owes, whatever the channel holds; where nobody
 * here knows, only an amount that is named is given back.
 */
export async function channelRelease(
  account: Account,
  client: Address,
  { asked, owing }: { readonly asked: Amount; readonly owing: bigint | undefined },
): Promise<Deed> {
  const { chain, address } = account;
  const { balance } = await readChannel(chain, client, address);
  const owedOf = (held: bigint): bigint | undefined => (owing === undefined || owing < held ? owing : held);
  const owed = owedOf(balance);
  const amount = asked === "all" ? balance - (owed ?? 0n) : asked;
  const lost = lostOf({ amount, balance, owed });
  const tokens = (count: bigint): string => shownTokens(chain, count);
  const shown = tokens(amount);
  return {
    intent: `release ${asked} to ${client}`,
    call: await releaseCall(chain, client, amount),
    title: `Give ${shown} of the channel of ${client} back to that client`,
    facts: [
      ["channel", `${tokens(balance)} now, ${tokens(balance > amount ? balance - amount : 0n)} then`],
      ...(owed === undefined
        ? [UNKNOWN]
        : owed > 0n
          ? [owedFact(tokens(owed), lost > 0n ? tokens(lost) : undefined)]
          : []),
      ["free", "for the client, as soon as it is mined"],
    ],
    event: releaseEvent(client, { amount, balance, owed }),
    done: (receipt) => {
      const mined = minedEvent(chain, receipt, "Released");
      const before = mined.channelBalance + mined.amount;
      const money = { amount: mined.amount, balance: before, owed: owedOf(before) };
      const gone = lostOf(money);
      const writtenOff = gone > 0n ? ` ${tokens(gone)} that it owed are written off.` : "";
      return {
        sentence: `${tokens(mined.amount)} are in the free deposit of ${client} again.${writtenOff}`,
        event: releaseEvent(client, money),
      };
    },
    nothing: amount > 0n ? undefined : nothingSpare(client, tokens(balance), balance > 0n),
    refused:
      asked === "all" && owed === undefined
        ? unknownOwed(client)
        : tooMuch(chain, {
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
  /** What of that the client owes; undefined where nobody knows. */
  readonly owed: bigint | undefined;
}

const lostOf = ({ amount, balance, owed = 0n }: Releasing): bigint =>
  amount + owed > balance ? amount + owed - balance : 0n;

/** What nobody knows is null, and never 0. */
const releaseEvent = (client: Address, money: Releasing): DeedEvent => ({
  ...{ action: "release", client, amount: money.amount },
  ...(money.owed === undefined ? { owed: null, writtenOff: null } : { owed: money.owed, writtenOff: lostOf(money) }),
});

const UNKNOWN: Fact = [
  "owed",
  "unknown: there is no log of this executor here; what this client owes is given up with what you release",
];

const unknownOwed = (client: Address): LloomError =>
  new LloomError("STORE_FAILED", `What ${client} owes is not known: there is no log of this executor here.`, {
    next: `Give --data-dir the executor's own, or name an amount, which may be owed to you: lloom release ${client} 2.5`,
  });

const owedFact = (owed: string, lost: string | undefined): Fact => [
  "owed",
  lost === undefined
    ? `${owed} by this client, not settled or being answered: that much stays; lloom settle takes it`
    : `${owed} by this client, not settled or being answered: ${lost} of it are given up for good, unless you settle first: lloom settle`,
];

const nothingSpare = (client: Address, balance: string, holdsAny: boolean): string =>
  holdsAny
    ? `All of the channel of ${client}, ${balance}, is owed for answers that are not settled or being given. Settle them first: lloom settle.`
    : `There is no money in the channel of ${client}.`;
