import type { Address } from "@lloom/protocol/commitment-types";
import {
  depositCall,
  type Registration,
  registerAndStakeCall,
  shownTokens,
  stakeCall,
} from "../../chain/account/calls.ts";
import {
  creditCall,
  creditContractOf,
  creditWithPermitCall,
  stakeWithPermitCall,
} from "../../chain/account/collector.ts";
import { minedAmount, minedEvent } from "../../chain/account/mined-events.ts";
import { roleTaken } from "../../chain/account/role-taken.ts";
import { measuredDeposits } from "../../chain/contracts.ts";
import { readCredit, readDeposit, readFor, readMember, readMinimumStake, readTokenBalance } from "../../chain/reads.ts";
import { shownDuration } from "../words.ts";
import type { Account } from "./account.ts";
import { allowing, approvalFacts, tooFew } from "./allowing.ts";
import type { Deed } from "./deed.ts";

/** Tokens of the wallet into the free deposit. */
export async function depositing(account: Account, amount: bigint): Promise<Deed> {
  const { chain, address } = account;
  const spender = chain.accounting;
  const [deposit, held, allowed] = await Promise.all([
    readDeposit(chain, address),
    readTokenBalance(chain, address),
    allowing(account, {
      ...{ amount, spender },
      permitted: { spender, call: (permit) => depositCall(chain, amount, permit) },
    }),
  ]);
  const shown = shownTokens(chain, amount);
  return {
    intent: `deposit ${amount}`,
    call: await depositCall(chain, amount),
    ...allowed,
    title: `Deposit ${shown}`,
    facts: [
      ["deposit", `${shownTokens(chain, deposit)} now, ${shownTokens(chain, deposit + amount)} then`],
      ["leaves", `${shownTokens(chain, held > amount ? held - amount : 0n)} in the wallet`],
      ...approvalFacts(allowed.approval),
      ["free", "at any time: lloom withdraw deposit"],
    ],
    event: { action: "deposit", amount, deposit: deposit + amount },
    done: (receipt) => {
      const { balance } = minedEvent(chain, receipt, "Deposited");
      return {
        sentence: `${shown} are deposited. What no channel holds is free at any time: lloom withdraw deposit.`,
        event: { action: "deposit", amount, deposit: balance },
      };
    },
    refused: held < amount ? tooFew(chain, held, amount) : undefined,
  };
}

/** Tokens of the wallet to the stake registry; a key without a role takes one, and one with it may use the Collector's permits. */
export async function staking(account: Account, asked: Registration, collector: Address | undefined): Promise<Deed> {
  const { chain, address } = account;
  const { amount, role } = asked;
  const [member, minimum, held, period] = await Promise.all([
    readMember(chain, address),
    readMinimumStake(chain, role),
    readTokenBalance(chain, address),
    readFor("the unbonding period", chain.contracts.stakeRegistry.unbondingPeriod()),
  ]);
  const allowed = await allowingStake(account, asked, member.role === role ? collector : undefined);
  const total = member.stake + amount;
  const back = `${shownDuration(period)} after lloom unbond`;
  return {
    intent: `stake ${amount} as ${role}`,
    call: await (member.role === role ? stakeCall(chain, asked) : registerAndStakeCall(chain, asked)),
    ...allowed,
    title: `Stake ${shownTokens(chain, amount)} as ${role}`,
    facts: [
      [
        "stake",
        `${shownTokens(chain, member.stake)} now, ${shownTokens(chain, total)} then; ${shownTokens(chain, minimum)} are needed`,
      ],
      ["leaves", `${shownTokens(chain, held > amount ? held - amount : 0n)} in the wallet`],
      ...approvalFacts(allowed.approval),
      ["at risk", "faults that are proven take from it: docs/contracts.md"],
      ["free", back],
    ],
    event: { action: "stake", role, amount, stake: total, minimum },
    done: (receipt) => {
      const { totalStake } = minedEvent(chain, receipt, "Staked");
      const missing =
        totalStake >= minimum ? "" : ` That does not count yet: ${shownTokens(chain, minimum)} are needed.`;
      return {
        sentence: `${shownTokens(chain, totalStake)} are at stake as ${role}.${missing} It comes back ${back}.`,
        event: { action: "stake", role, amount, stake: totalStake, minimum },
      };
    },
    refused: roleTaken(member, role) ?? (held < amount ? tooFew(chain, held, amount) : undefined),
  };
}

function allowingStake(account: Account, asked: Registration, collector: Address | undefined) {
  const { chain, address } = account;
  const { amount } = asked;
  const taking = { amount, spender: chain.stakeRegistry };
  if (collector === undefined) return allowing(account, taking);
  const payment = { beneficiary: address, amount };
  return allowing(account, {
    ...taking,
    permitted: {
      spender: collector,
      call: (permit) => stakeWithPermitCall(chain, collector, payment, permit),
    },
  });
}

export interface CreditWish {
  readonly beneficiary: Address;
  readonly amount: bigint;
  readonly collector: Address;
}

/** Tokens of the wallet for bonds, appeals and prices of measured disputes to come. */
export async function crediting(account: Account, { collector, ...payment }: CreditWish): Promise<Deed> {
  const { chain, address } = account;
  const { beneficiary, amount } = payment;
  const deposits = await creditContractOf(chain, collector);
  const [credit, held, allowed] = await Promise.all([
    readCredit(chain, deposits, beneficiary),
    readTokenBalance(chain, address),
    allowing(account, {
      ...{ amount, spender: deposits },
      permitted: {
        spender: collector,
        call: (permit) => creditWithPermitCall(chain, collector, payment, permit),
      },
    }),
  ]);
  const shown = shownTokens(chain, amount);
  return {
    intent: `credit ${amount} to ${beneficiary}`,
    call: creditCall(chain, deposits, payment),
    ...allowed,
    title: `Credit ${shown} to ${beneficiary}`,
    facts: [
      ["for", "bonds, appeals and prices of measured disputes"],
      ["credit", `${shownTokens(chain, credit)} now, ${shownTokens(chain, credit + amount)} then`],
      ["leaves", `${shownTokens(chain, held > amount ? held - amount : 0n)} in the wallet`],
      ...approvalFacts(allowed.approval),
      ["free", `for ${beneficiary}, at any time: lloom withdraw rewards`],
    ],
    event: { action: "credit", beneficiary, amount, credit: credit + amount },
    done: (receipt) => ({
      sentence: `${shown} are credited to ${beneficiary}. What no dispute takes is free at any time: lloom withdraw rewards.`,
      event: {
        ...{ action: "credit", beneficiary, amount },
        credit: minedAmount({ at: deposits, contract: measuredDeposits }, receipt, {
          ...{ event: "CreditAdded", amount: "credit" },
        }),
      },
    }),
    refused: held < amount ? tooFew(chain, held, amount) : undefined,
  };
}
