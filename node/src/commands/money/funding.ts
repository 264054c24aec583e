import type { Address } from "@lloom/protocol/commitment-types";
import { senderOf } from "../../chain/actions.ts";
import {
  approveCall,
  depositCall,
  type Registration,
  registerAndStakeCall,
  shownTokens,
  stakeCall,
} from "../../chain/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { signPermit } from "../../chain/permit.ts";
import { readDeposit, readFor, readMember, readMinimumStake, readTokenBalance } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import type { Account } from "./account.ts";
import type { Deed } from "./deed.ts";
import { shownDuration } from "./words.ts";

/** Tokens of the wallet into the free deposit. */
export async function depositing(account: Account, amount: bigint): Promise<Deed> {
  const { chain, address } = account;
  const [deposit, held, allowance] = await Promise.all([
    readDeposit(chain, address),
    readTokenBalance(chain, address),
    readAllowance(chain, address, chain.accounting),
  ]);
  const shown = shownTokens(chain, amount);
  const permitted = await permitting(account, amount, allowance);
  return {
    intent: `deposit ${amount}`,
    call: await depositCall(chain, amount),
    ...permitted,
    title: `Deposit ${shown}`,
    facts: [
      ["deposit", `${shownTokens(chain, deposit)} now, ${shownTokens(chain, deposit + amount)} then`],
      ["leaves", `${shownTokens(chain, held > amount ? held - amount : 0n)} in the wallet`],
      ...(permitted.approval === undefined
        ? []
        : [["note", "two transactions: an approval of this amount first"] as const]),
      ["free", "at any time: lloom withdraw deposit"],
    ],
    done: `${shown} are deposited. What no channel holds is free at any time: lloom withdraw deposit.`,
    event: { action: "deposit", amount, deposit: deposit + amount },
    refused: held < amount ? tooFew(chain, held, amount) : undefined,
  };
}

/** How the escrow gets its allowance: it has it, the call brings a permit, or an approval comes first. */
async function permitting(
  { chain }: Account,
  amount: bigint,
  allowance: bigint,
): Promise<Pick<Deed, "approval" | "sealed">> {
  if (allowance >= amount) return {};
  const sign = () => signPermit(chain, { account: senderOf(chain).account, spender: chain.accounting, amount });
  if ((await sign()) === undefined) return { approval: await approveCall(chain, chain.accounting, amount) };
  return { sealed: async () => depositCall(chain, amount, await sign()) };
}

/** Tokens of the wallet to the stake registry; a key without a role takes one. */
export async function staking(account: Account, asked: Registration): Promise<Deed> {
  const { chain, address } = account;
  const { amount, role } = asked;
  const [member, minimum, held, allowance, period] = await Promise.all([
    readMember(chain, address),
    readMinimumStake(chain, role),
    readTokenBalance(chain, address),
    readAllowance(chain, address, chain.stakeRegistry),
    readFor("the unbonding period", chain.contracts.stakeRegistry.unbondingPeriod()),
  ]);
  const total = member.stake + amount;
  const shown = shownTokens(chain, total);
  const back = `${shownDuration(period)} after lloom unbond`;
  const approval = allowance >= amount ? undefined : await approveCall(chain, chain.stakeRegistry, amount);
  const missing = total >= minimum ? "" : ` That does not count yet: ${shownTokens(chain, minimum)} are needed.`;
  return {
    intent: `stake ${amount} as ${role}`,
    call: await (member.role === role ? stakeCall(chain, asked) : registerAndStakeCall(chain, asked)),
    approval,
    title: `Stake ${shownTokens(chain, amount)} as ${role}`,
    facts: [
      ["stake", `${shownTokens(chain, member.stake)} now, ${shown} then; ${shownTokens(chain, minimum)} are needed`],
      ["leaves", `${shownTokens(chain, held > amount ? held - amount : 0n)} in the wallet`],
      ...(approval === undefined ? [] : [["note", "two transactions: an approval of this amount first"] as const]),
      ["at risk", "faults that are proven take from it: docs/contracts.md"],
      ["free", back],
    ],
    done: `${shown} are at stake as ${role}.${missing} It comes back ${back}.`,
    event: { action: "stake", role, amount, stake: total, minimum },
    refused: held < amount ? tooFew(chain, held, amount) : undefined,
  };
}

const readAllowance = ({ contracts }: Chain, owner: Address, spender: Address): Promise<bigint> =>
  readFor("the allowance", contracts.token.allowance(owner, spender));

const tooFew = (chain: Chain, held: bigint, amount: bigint): LloomError =>
  new LloomError(
    "INSUFFICIENT_FUNDS",
    `The wallet holds ${shownTokens(chain, held)}; ${shownTokens(chain, amount)} are needed.`,
    { next: "Get payment tokens first; on a test network: lloom faucet." },
  );
