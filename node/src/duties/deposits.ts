import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { senderOf } from "../chain/actions.ts";
import { approveCall } from "../chain/calls.ts";
import type { Chain } from "../chain/chain.ts";
import type { ContractCall } from "../chain/contract-call.ts";
import type { MeasuredCourt } from "../chain/measured-court.ts";
import { appealDeposit, type DisputeDeposits, type MeasuredDispute, readDeposits } from "../chain/measured-disputes.ts";
import { readAllowance, readCredit, readTokenBalance } from "../chain/reads.ts";
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

/** Lets the court take what its credit of this account does not cover. */
export async function allowDeposit(
  chain: Chain,
  court: MeasuredCourt,
  { amount, signal }: { readonly amount: bigint; readonly signal: AbortSignal },
): Promise<void> {
  const sender = senderOf(chain);
  const approval = await depositApproval(chain, court, { account: sender.account.address, amount });
  if (approval !== undefined) await sender.send(approval, { signal });
}

/** The approval that the court needs first, if its credit of the account and what it may take already are too little. */
export async function depositApproval(
  chain: Chain,
  { deposits }: MeasuredCourt,
  { account, amount }: { readonly account: Address; readonly amount: bigint },
): Promise<ContractCall | undefined> {
  const [credit, allowed] = await Promise.all([
    readCredit(chain, deposits, account),
    readAllowance(chain, account, deposits),
  ]);
  const needed = amount - credit;
  return needed > 0n && allowed < needed ? approveCall(chain, deposits, needed) : undefined;
}
