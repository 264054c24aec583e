/** Facts that the chain tells, to anybody. */
import { existsSync } from "node:fs";
import { formatAmount } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";
import { networkNamed } from "@lloom/protocol/networks";
import { shownTokens } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { findJudges } from "../../chain/disputes/judges.ts";
import { findChannels } from "../../chain/read/channels-of.ts";
import { readEarnings } from "../../chain/read/earnings.ts";
import { readDeposit, readMember, readMinimumStake, readSigner, readTokenBalance } from "../../chain/reads.ts";
import { isLocalChain } from "../../chain/rpc/provider.ts";
import { feesFrom } from "../../chain/send/fees.ts";
import { GAS_BOUNDS, settleGas } from "../../chain/send/gas.ts";
import { dataFile } from "../../config.ts";
import { steadyClock, wallClock } from "../../primitives/clock.ts";
import { readOwed } from "../deeds/owed.ts";
import { journalOf } from "../open/open.ts";
import { commandOfIntent } from "./command-of-intent.ts";
import type { AccountFacts, ChainFacts, ContractsFacts, MoneyFacts, StakeFacts, Unit } from "./facts.ts";
import type { Ground, Known } from "./ground.ts";

type OnChain = Pick<Ground, "chain">;
type OfKey = Pick<Ground, "chain" | "address">;

const isLocal = ({ domain }: Chain): boolean => isLocalChain(domain.chainId);

export const unitOf = (chain: Chain): Unit => ({
  shown: (amount) => shownTokens(chain, amount),
  plain: (amount) => formatAmount(amount, chain.tokenDecimals),
});

/** An account that cannot be searched for is one of which nothing is known. */
const orUndefined = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined);

export async function gatherChain(_: Known, { chain }: OnChain): Promise<ChainFacts> {
  const before = steadyClock();
  const block = await chain.provider.getBlock("latest");
  const answerMs = steadyClock() - before;
  const blockAgeMs = wallClock() - (block?.timestamp ?? 0) * 1000;
  const { chainId, accounting } = chain.domain;
  return { chainId, accounting, isLocal: isLocal(chain), block: block?.number ?? 0, blockAgeMs, answerMs };
}

export async function gatherContracts({ context }: Known, { chain }: OnChain): Promise<ContractsFacts> {
  const { network, audits } = context.settings;
  const auditing = audits ?? (network === undefined ? undefined : networkNamed(network).contracts.Audits);
  const judges = (await orUndefined(findJudges(chain))) ?? [];
  const named: { name: string; address: Address; variable?: string }[] = [
    { name: "AccountingV2", address: chain.accounting },
    { name: "StakeRegistry", address: chain.stakeRegistry },
    { name: `the token ${chain.tokenSymbol}`, address: chain.paymentToken },
    ...judges.map((address, index) => ({ name: `dispute contract ${index + 1}`, address })),
    ...(auditing === undefined
      ? []
      : [{ name: "Audits", address: auditing, ...(audits === undefined ? {} : { variable: "LLOOM_AUDITS" }) }]),
  ];
  const hasCode = async (address: Address): Promise<boolean> => (await chain.provider.getCode(address)) !== "0x";
  return {
    contracts: await Promise.all(named.map(async (one) => ({ ...one, hasCode: await hasCode(one.address) }))),
  };
}

export async function gatherAccount(known: Known, { chain, address }: OfKey): Promise<AccountFacts> {
  const { context, roles, running } = known;
  const { provider } = chain;
  const [gas, feeData, mined, sent] = await Promise.all([
    provider.getBalance(address),
    provider.getFeeData(),
    provider.getTransactionCount(address, "latest"),
    provider.getTransactionCount(address, "pending"),
  ]);
  const fees = feesFrom(feeData);
  const limit = roles.has("executor") ? settleGas(1) : GAS_BOUNDS.allocate;
  const calls = existsSync(dataFile(context.settings, "transactions"))
    ? journalOf(context.settings)({ chainId: chain.domain.chainId, account: address }).list()
    : [];
  const [oldest] = calls.toSorted((one, other) => one.sentAtMs - other.sentAtMs);
  return {
    ...{ address, roles, running, isLocal: isLocal(chain), gas },
    gasNeeded: limit * ("gasPrice" in fees ? fees.gasPrice : fees.maxFeePerGas),
    pending: Math.max(sent - mined, calls.length),
    oldestCallMs: oldest?.sentAtMs,
    oldestCommand: oldest === undefined ? undefined : commandOfIntent(oldest.intent, unitOf(chain).plain),
    nowMs: wallClock(),
  };
}

export async function gatherStake({ roles }: Known, { chain, address }: OfKey): Promise<StakeFacts> {
  const role = roles.has("executor") || !roles.has("validator") ? "executor" : "validator";
  const [member, minimum, balance, nowSeconds] = await Promise.all([
    readMember(chain, address),
    readMinimumStake(chain, role),
    readTokenBalance(chain, address),
    chain.nowSeconds(),
  ]);
  return { roles, member, minimum, balance, nowSeconds, unit: unitOf(chain), isLocal: isLocal(chain) };
}

export async function gatherMoney({ context, roles, running }: Known, { chain, address }: OfKey): Promise<MoneyFacts> {
  const [deposit, balance, channels, earnings, owed, session, nowSeconds] = await Promise.all([
    readDeposit(chain, address),
    readTokenBalance(chain, address),
    orUndefined(findChannels(chain, address, "client")),
    readEarnings(chain, address),
    orUndefined(readOwed(context, { chain, address })),
    readSigner(chain, address),
    chain.nowSeconds(),
  ]);
  return {
    ...{ roles, running, deposit, balance, channels, earnings, owed, session, nowSeconds },
    ...{ nowMs: wallClock(), unit: unitOf(chain), isLocal: isLocal(chain) },
  };
}
