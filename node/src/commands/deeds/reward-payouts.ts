import type { Address } from "@lloom/protocol/commitment-types";
import {
  payReportCall,
  shownTokens,
  withdrawBondsCall,
  withdrawCreditCall,
  withdrawRewardsCall,
} from "../../chain/account/calls.ts";
import type { DisputeCredit, PendingReport } from "../../chain/disputes/rewards.ts";
import { shownEther } from "../words.ts";
import type { Account } from "./account.ts";
import type { Deed } from "./deed.ts";
import { shownPayee } from "./payouts.ts";

const AT_ONCE = ["free", "as soon as it is mined"] as const;

/** Shares of slashes into the wallet. */
export async function sharesPayout(account: Account, { to, amount }: { to: Address; amount: bigint }): Promise<Deed> {
  const { chain } = account;
  return {
    intent: `withdraw rewards to ${to}`,
    call: await withdrawRewardsCall(chain, to),
    title: `Withdraw ${shownTokens(chain, amount)} of shares of slashes`,
    facts: [["to", shownPayee(account, to)], AT_ONCE],
    done: `The shares of slashes are paid out, in the wallet of ${to}.`,
    event: { action: "withdraw", of: "rewards", amount, to },
    nothing: amount === 0n ? "There are no rewards to withdraw." : undefined,
  };
}

/** What a dispute contract credited into the wallet. */
export function creditPayout(account: Account, to: Address, { disputes, kind, amount }: DisputeCredit): Deed {
  const isEther = kind === "delivery";
  const shown = isEther ? shownEther(amount) : shownTokens(account.chain, amount);
  return {
    intent: `withdraw ${kind} credits to ${to}`,
    call: isEther ? withdrawBondsCall({ disputes, to }) : withdrawCreditCall({ disputes, to }),
    title: `Withdraw ${shown} that ${kind} disputes credited`,
    facts: [["to", shownPayee(account, to)], AT_ONCE],
    done: `What ${kind} disputes credited is paid out, in the wallet of ${to}.`,
    event: { action: "withdraw", of: `${kind}Credits`, [isEther ? "wei" : "amount"]: amount, to },
  };
}

/** Has the share of a report credited, whose day of waiting is over. */
export function reportCredit({ chain }: Account, { disputes, id, amount }: PendingReport): Deed {
  const shown = shownTokens(chain, amount);
  return {
    intent: `credit report ${id}`,
    call: payReportCall({ disputes, id }),
    title: `Have ${shown} credited for a report that waited its day`,
    facts: [
      ["report", id],
      ["free", "once credited: lloom withdraw rewards"],
    ],
    done: `${shown} are credited to the rewards.`,
    event: { action: "creditReport", id, amount },
  };
}
