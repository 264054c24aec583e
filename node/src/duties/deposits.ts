import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { senderOf } from "../chain/actions.ts";
import { approveCall } from "../chain/calls.ts";
import type { Chain } from "../chain/chain.ts";
import type { MeasuredCourt } from "../chain/measured-court.ts";
import {
  appealDeposit,
  type DisputeDeposits,
  type MeasuredDispute,
  readCredit,
  readDeposits,
} from "../chain/measured-disputes.ts";
import { readFor, readTokenBalance } from "../chain/reads.ts";
import type { AppealView } from "./appeal-rules.ts";

/** What a wallet and its credit can pay the court: base units. */
export async function readFunds(chain: Chain, court: MeasuredCourt, account: Address): Promise<bigint> {
  const [wallet, credit] = await Promise.all([readTokenBalance(chain, account), readCredit(chain, court, account)]);
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
  const { address } = sender.account;
  const [credit, allowed] = await Promise.all([
    readCredit(chain, court, address),
    readFor("the allowance", chain.contracts.token.allowance(address, court.deposits)),
  ]);
  const needed = amount - credit;
  if (needed <= 0n || allowed >= needed) return;
  await sender.send(await approveCall(chain, court.deposits, needed), { signal });
}
