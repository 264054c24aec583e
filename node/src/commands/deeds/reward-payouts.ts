import type { Address, Hex } from "@lloom/protocol/commitment-types";
import {
  payReportCall,
  shownTokens,
  withdrawBondsCall,
  withdrawCreditCall,
  withdrawRewardsCall,
} from "../../chain/account/calls.ts";
import { minedAmount, minedEvent } from "../../chain/account/mined-events.ts";
import type { Chain } from "../../chain/chain.ts";
import { delivery, equivocation, measuredDeposits } from "../../chain/contracts.ts";
import { openJudges } from "../../chain/disputes/judges.ts";
import { type DisputeCredit, type PendingReport, readAllRewards } from "../../chain/disputes/rewards.ts";
import { shownEther } from "../words.ts";
import type { Account } from "./account.ts";
import { type Deed, untold } from "./deed.ts";
import { paidOut, shownPayee } from "./payouts.ts";

/** What there is to take for an account, with what earlier runs took and told nobody. */
export interface Takeable {
  readonly reports: readonly Pick<PendingReport, "disputes" | "id" | "amount">[];
  readonly credits: readonly DisputeCredit[];
  readonly shares: bigint;
  /** Whether shares are to be taken, or were. */
  readonly hasShares: boolean;
}

const REPORT = "credit report ";
const SHARES = "withdraw rewards to ";
const creditIntent = (kind: DisputeCredit["kind"]): string => `withdraw ${kind} credits to `;

/** Looks for it. Throws as all reads do. */
export async function findTakeable(account: Account, to: Address): Promise<Takeable> {
  const { chain, address } = account;
  const [{ shares, credits, pending }, nowSeconds] = await Promise.all([
    readAllRewards(chain, address),
    chain.nowSeconds(),
  ]);
  const reports = pending.filter(({ payableAt }) => payableAt <= nowSeconds);
  const begun = untold(account, REPORT).filter((id) => !reports.some((report) => report.id === id));
  const isBegun = (intent: string): boolean => untold(account, intent).includes(to);
  return {
    reports: [...(await endedReports(chain, begun)), ...reports],
    credits: credits.filter(({ kind, amount }) => amount > 0n || isBegun(creditIntent(kind))),
    shares,
    hasShares: shares > 0n || isBegun(SHARES),
  };
}

async function endedReports(chain: Chain, ids: readonly string[]): Promise<Takeable["reports"]> {
  if (ids.length === 0) return [];
  const { equivocation: disputes } = await openJudges(chain);
  return ids.map((id) => ({ disputes, id: id as Hex, amount: 0n }));
}

const AT_ONCE = ["free", "as soon as it is mined"] as const;

/** Shares of slashes into the wallet. */
export async function sharesPayout(account: Account, { to, amount }: { to: Address; amount: bigint }): Promise<Deed> {
  const { chain } = account;
  return {
    intent: `${SHARES}${to}`,
    call: await withdrawRewardsCall(chain, to),
    title: `Withdraw ${shownTokens(chain, amount)} of shares of slashes`,
    facts: [["to", shownPayee(account, to)], AT_ONCE],
    event: { action: "withdraw", of: "rewards", amount, to },
    done: (receipt) => paidOut(chain, { of: "rewards", to }, minedEvent(chain, receipt, "RewardsWithdrawn")),
    nothing: amount === 0n ? "There are no rewards to withdraw." : undefined,
  };
}

/** What a dispute contract credited into the wallet. */
export function creditPayout(account: Account, to: Address, { disputes, kind, amount }: DisputeCredit): Deed {
  const isEther = kind === "delivery";
  const shownOf = (paid: bigint): string => (isEther ? shownEther(paid) : shownTokens(account.chain, paid));
  const eventOf = (paid: bigint) => ({
    ...{ action: "withdraw", of: `${kind}Credits`, [isEther ? "wei" : "amount"]: paid, to },
  });
  return {
    intent: `${creditIntent(kind)}${to}`,
    call: isEther ? withdrawBondsCall({ disputes, to }) : withdrawCreditCall({ disputes, to }),
    title: `Withdraw ${shownOf(amount)} that ${kind} disputes credited`,
    facts: [["to", shownPayee(account, to)], AT_ONCE],
    event: eventOf(amount),
    done: (receipt) => {
      const paid = isEther
        ? minedAmount({ at: disputes, contract: delivery }, receipt, { event: "BondsWithdrawn" })
        : minedAmount({ at: disputes, contract: measuredDeposits }, receipt, { event: "CreditWithdrawn" });
      return {
        sentence: `What ${kind} disputes credited is paid out: ${shownOf(paid)}, in the wallet of ${to}.`,
        event: eventOf(paid),
      };
    },
  };
}

/** Has the share of a report credited, whose day of waiting is over. */
export function reportCredit({ chain }: Account, { disputes, id, amount }: Takeable["reports"][number]): Deed {
  const shown = shownTokens(chain, amount);
  return {
    intent: `${REPORT}${id}`,
    call: payReportCall({ disputes, id }),
    title: `Have ${shown} credited for a report that waited its day`,
    facts: [
      ["report", id],
      ["free", "once credited: lloom withdraw rewards"],
    ],
    event: { action: "creditReport", id, amount },
    done: (receipt) => {
      const paid = minedAmount({ at: disputes, contract: equivocation }, receipt, { event: "ReportPaid" });
      return {
        sentence: `${shownTokens(chain, paid)} are credited to the rewards.`,
        event: { action: "creditReport", id, amount: paid },
      };
    },
  };
}
