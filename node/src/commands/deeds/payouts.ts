import type { Address } from "@lloom/protocol/commitment-types";
import {
  shownTokens,
  withdrawDepositCall,
  withdrawEarningsCall,
  withdrawStakeCall,
} from "../../chain/account/calls.ts";
import { minedEvent } from "../../chain/account/mined-events.ts";
import type { Chain } from "../../chain/chain.ts";
import { readEarnings } from "../../chain/read/earnings.ts";
import { type Member, readDeposit, readMember } from "../../chain/reads.ts";
import { type Fact, shownMoment } from "../words.ts";
import type { Account } from "./account.ts";
import type { Deed, Done } from "./deed.ts";
import { tooMuch } from "./too-much.ts";

/** Where a payout goes. */
export interface Payee {
  readonly to: Address;
}

/** How much: base units, or everything. */
export type Amount = bigint | "all";

/** "this key's wallet", or the address of somebody else. */
export const shownPayee = ({ address }: Account, to: Address): string =>
  to === address ? `${to}, this key's wallet` : to;

const TITLES = {
  deposit: "The deposit is",
  earnings: "The earnings are",
  stake: "The unbonded stake is",
  rewards: "The shares of slashes are",
} as const;

/** How a payout is told. */
export const paidOut = (
  chain: Chain,
  { of, to }: Payee & { readonly of: keyof typeof TITLES },
  { amount }: { readonly amount: bigint },
): Done => ({
  sentence: `${TITLES[of]} paid out: ${shownTokens(chain, amount)}, in the wallet of ${to}.`,
  event: { action: "withdraw", of, amount, to },
});

/** Free deposit into the wallet. */
export async function depositPayout(
  account: Account,
  { to, amount: asked }: Payee & { amount: Amount },
): Promise<Deed> {
  const { chain, address } = account;
  const deposit = await readDeposit(chain, address);
  const amount = asked === "all" ? deposit : asked;
  const shown = shownTokens(chain, amount);
  return {
    intent: `withdraw deposit ${asked} to ${to}`,
    call: await withdrawDepositCall(chain, { amount, to }),
    title: `Withdraw ${shown} of the free deposit`,
    facts: [
      ["to", shownPayee(account, to)],
      ["leaves", `${shownTokens(chain, deposit > amount ? deposit - amount : 0n)} of free deposit`],
      ["free", "as soon as it is mined"],
    ],
    event: { action: "withdraw", of: "deposit", amount, to },
    done: (receipt) => paidOut(chain, { of: "deposit", to }, minedEvent(chain, receipt, "Withdrawn")),
    nothing: amount === 0n ? "There is no free deposit. What is in channels comes back by lloom unlock." : undefined,
    refused: tooMuch(chain, {
      ...{ asked: amount, available: deposit, where: "The free deposit holds" },
      next: "Ask for less, or for all of it: lloom withdraw deposit. What is in channels comes back by lloom unlock.",
    }),
  };
}

/** Matured earnings into the wallet. */
export async function earningsPayout(account: Account, { to }: Payee): Promise<Deed> {
  const { chain, address } = account;
  const [earnings, nowSeconds] = await Promise.all([readEarnings(chain, address), chain.nowSeconds()]);
  const amount = earnings.withdrawable;
  const shown = shownTokens(chain, amount);
  const later = earnings.maturing.map(
    (one): Fact => ["later", `${shownTokens(chain, one.amount)} from ${shownMoment(one.maturesAt, nowSeconds)}`],
  );
  const waiting = later.map(([, when]) => ` ${when} on.`).join("");
  return {
    intent: `withdraw earnings to ${to}`,
    call: await withdrawEarningsCall(chain, to),
    title: `Withdraw ${shown} of earnings`,
    facts: [["to", shownPayee(account, to)], ...later, ["free", "as soon as it is mined"]],
    event: { action: "withdraw", of: "earnings", amount, to },
    done: (receipt) => paidOut(chain, { of: "earnings", to }, minedEvent(chain, receipt, "EarningsWithdrawn")),
    nothing: amount === 0n ? `No earnings can be withdrawn now.${waiting || NOTHING_SETTLED}` : undefined,
  };
}
const NOTHING_SETTLED = " Nothing settled is left; lloom earnings says what is owed.";

/** Stake that has finished unbonding into the wallet. */
export async function stakePayout(account: Account, { to }: Payee): Promise<Deed> {
  const { chain, address } = account;
  const [member, nowSeconds] = await Promise.all([readMember(chain, address), chain.nowSeconds()]);
  const amount = leavable(member);
  const shown = shownTokens(chain, amount);
  const held = member.unbonding - amount;
  return {
    intent: `withdraw stake to ${to}`,
    call: await withdrawStakeCall(chain, to),
    title: `Withdraw ${shown} of unbonded stake`,
    facts: [
      ["to", shownPayee(account, to)],
      ...(held > 0n ? [["held", `${shownTokens(chain, held)}, until open disputes end`] as const] : []),
      ["leaves", `${shownTokens(chain, member.stake)} at stake`],
      ["free", "as soon as it is mined"],
    ],
    event: { action: "withdraw", of: "stake", amount, to },
    done: (receipt) => paidOut(chain, { of: "stake", to }, minedEvent(chain, receipt, "StakeWithdrawn")),
    nothing: whyNoStake(chain, member, nowSeconds),
  };
}

/** What may leave: what stays has to cover everything frozen. */
function leavable({ stake, unbonding, frozen }: Member): bigint {
  const spare = stake + unbonding - frozen;
  if (spare <= 0n) return 0n;
  return spare < unbonding ? spare : unbonding;
}

function whyNoStake(chain: Chain, member: Member, nowSeconds: bigint): string | undefined {
  const { unbonding, unbondAt, stake } = member;
  if (unbonding === 0n && stake === 0n) return "There is no stake.";
  if (unbonding === 0n)
    return `No stake is unbonding. Take it out first: lloom unbond all (${shownTokens(chain, stake)}).`;
  if (unbondAt > nowSeconds)
    return `${shownTokens(chain, unbonding)} are unbonding, free from ${shownMoment(unbondAt, nowSeconds)}.`;
  return leavable(member) === 0n ? "Open disputes hold all of the stake until they end." : undefined;
}
