import { formatAmount } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";
import { shownTokens } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { readDeposit, readMember, readMinimumStake } from "../../chain/reads.ts";
import { feesFrom } from "../../chain/send/fees.ts";
import { GAS_BOUNDS, settleGas } from "../../chain/send/gas.ts";
import { announce, type CommandContext } from "../command.ts";

/** What an account lacks to do its work: the node runs, but less well than its owner may think. */
export interface Lack {
  readonly of: "stake" | "gas" | "deposit";
  /** What is missing, and what that means. */
  readonly problem: string;
  readonly next: string;
}

/** What an executor's account lacks, read from the chain; `watchtowerFee` in base units, 0 for none. */
export async function executorLacks(chain: Chain, executor: Address, watchtowerFee: bigint): Promise<Lack[]> {
  const gas = gasLack(chain, executor, {
    gasLimit: settleGas(1),
    meaning: "nothing that it earns can be settled",
  });
  const fee = feeLack(chain, executor, watchtowerFee);
  return (await Promise.all([stakeLack(chain, executor), gas, fee])).filter((lack) => lack !== undefined);
}

/** What a client's account lacks, read from the chain. */
export async function clientLacks(chain: Chain, client: Address): Promise<Lack[]> {
  const gas = gasLack(chain, client, {
    gasLimit: GAS_BOUNDS.allocate,
    meaning: "no executor can be paid whose channel is not funded yet",
  });
  return (await Promise.all([depositLack(chain, client), gas])).filter((lack) => lack !== undefined);
}

/** Says it to whoever starts the node, and in the log for whoever looks later. */
export function warnOf(context: CommandContext, lacks: readonly Lack[]): void {
  for (const lack of lacks) {
    const { problem, next } = lack;
    context.log.warn(lack, "this key's account lacks something");
    announce(context, { event: "warning", ...lack }, `Warning: ${problem}\n  ${next}`);
  }
}

async function stakeLack(chain: Chain, executor: Address): Promise<Lack | undefined> {
  const [{ role, stake }, minimum] = await Promise.all([
    readMember(chain, executor),
    readMinimumStake(chain, "executor"),
  ]);
  const meaning =
    "validators drop its offers, and the last answer of a lane is not paid until the client acknowledges it.";
  if (role === "validator")
    return {
      of: "stake",
      problem: `This key is registered as a validator, not as an executor: ${meaning}`,
      next: "Run the executor with another key: lloom init --data-dir DIR, then lloom stake there.",
    };
  if (role === "executor" && stake >= minimum) return undefined;
  const has = stake === 0n ? "no stake" : `only ${shownTokens(chain, stake)} at stake`;
  return {
    of: "stake",
    problem: `This key has ${has}; an executor needs ${shownTokens(chain, minimum)}: ${meaning}`,
    next: `Stake: lloom stake ${formatAmount(minimum - stake, chain.tokenDecimals)}`,
  };
}

async function depositLack(chain: Chain, client: Address): Promise<Lack | undefined> {
  if ((await readDeposit(chain, client)) > 0n) return undefined;
  return {
    of: "deposit",
    problem: "This key has no free deposit: only executors whose channels are funded already can be paid.",
    next: "Deposit: lloom deposit 10",
  };
}

async function feeLack(chain: Chain, executor: Address, fee: bigint): Promise<Lack | undefined> {
  const deposit = await readDeposit(chain, executor);
  if (deposit >= fee) return undefined;
  return {
    of: "deposit",
    problem: `This key has ${shownTokens(chain, deposit)} of free deposit, and a watchtower takes ${shownTokens(chain, fee)} for a lane: it would do nothing for this executor.`,
    next: `Deposit some: lloom deposit ${formatAmount(fee * LANES_PAID - deposit, chain.tokenDecimals)}`,
  };
}

/** How many lanes the deposit that is advised pays a watchtower for. */
const LANES_PAID = 10n;

interface GasUse {
  readonly gasLimit: bigint;
  /** What is impossible without it. */
  readonly meaning: string;
}

async function gasLack(chain: Chain, account: Address, { gasLimit, meaning }: GasUse): Promise<Lack | undefined> {
  const [balance, feeData] = await Promise.all([chain.provider.getBalance(account), chain.provider.getFeeData()]);
  const fees = feesFrom(feeData);
  const needed = gasLimit * ("gasPrice" in fees ? fees.gasPrice : fees.maxFeePerGas);
  if (balance >= needed) return undefined;
  return {
    of: "gas",
    problem: `This key has ${formatAmount(balance, ETHER_DECIMALS)} ETH for gas; a transaction may take ${formatAmount(needed, ETHER_DECIMALS)} ETH now: ${meaning}.`,
    next: `Send some ether to ${account}.`,
  };
}

const ETHER_DECIMALS = 18;
