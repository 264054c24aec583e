import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { missingApproval } from "../chain/account/calls.ts";
import type { Chain } from "../chain/chain.ts";
import type { ContractCall } from "../chain/contract-call.ts";
import type { MeasuredCourt } from "../chain/disputes/measured-court.ts";
import {
  appealDeposit,
  type DisputeDeposits,
  type MeasuredDispute,
  readDeposits,
} from "../chain/disputes/measured-disputes.ts";
import { readCredit, readTokenBalance } from "../chain/reads.ts";
import type { AppealView } from "./appeal-rules.ts";

/** What a wallet and its credit can pay the court: base units. */
export async function readFunds(chain: Chain, court: MeasuredCourt, account: Address): Promise<bigint> {
  const [wallet, credit] = await Promise.all([
    readTokenBalance(chain, account),
    readCredit(chain, court.deposits, account),
  ]);
  return wallet + credit;
}

/** What an appeal asks for, and what this account has for it and has in others. */
export async function readAppeal(
  chain: Chain,
  court: MeasuredCourt,
  asked: { readonly dispute: MeasuredDispute; readonly account: Address; readonly own: readonly Hex[] },
): Promise<Pick<AppealView, "deposit" | "locked" | "funds">> {
  const { dispute, account, own } = asked;
  const [deposits, funds, others] = await Promise.all([
    readDeposits(chain, court, dispute.id),
    readFunds(chain, court, account),
    Promise.all(own.map((id) => readDeposits(chain, court, id))),
  ]);
  const locked = others.reduce((sum, one) => sum + appealsOf(one, account), 0n);
  return { deposit: appealDeposit(court, dispute, deposits), locked, funds };
}

const appealsOf = ({ appeal, appellant, ruling, rulingAppellant }: DisputeDeposits, account: Address): bigint =>
  (appellant === account ? appeal : 0n) + (rulingAppellant === account ? ruling : 0n);

/** What has to come before the court takes a deposit: its credit of the account pays first. */
export async function depositApproval(
  chain: Chain,
  { deposits }: MeasuredCourt,
  { account, amount }: { readonly account: Address; readonly amount: bigint },
): Promise<ContractCall | undefined> {
  const credit = await readCredit(chain, deposits, account);
  return missingApproval(chain, { owner: account, spender: deposits, amount: amount - credit });
}
