import type { Context } from "ponder:registry";
import { erc20Abi, type Hex } from "viem";
import { NETWORK_ID } from "./totals.ts";

/** What the contracts were deployed with: all of it immutable, so that it is read once, when indexing begins. */
export async function deploymentOf(context: Context<"AccountingV2:setup">) {
  const { client, contracts } = context;
  const cache = "immutable";
  const { abi, address: accounting } = contracts.AccountingV2;
  const { abi: stakeAbi, address: stakeRegistry } = contracts.StakeRegistry;
  const { abi: auditsAbi, address: auditsAddress } = contracts.Audits;
  const paymentToken = await client.readContract({ abi, address: accounting, functionName: "paymentToken", cache });
  const token = { abi: erc20Abi, address: paymentToken, cache } as const;
  const registry = { abi: stakeAbi, address: stakeRegistry, cache } as const;
  const audits = { abi: auditsAbi, address: auditsAddress, cache } as const;
  const genesis = await client.getBlock({ blockNumber: 0n });
  return {
    id: NETWORK_ID,
    chainId: BigInt(context.chain.id),
    genesisHash: genesis.hash,
    accounting,
    stakeRegistry,
    paymentToken,
    tokenSymbol: await client.readContract({ ...token, functionName: "symbol" }),
    tokenDecimals: await client.readContract({ ...token, functionName: "decimals" }),
    unlockDelaySeconds: await client.readContract({ abi, address: accounting, functionName: "unlockDelay", cache }),
    unbondingPeriodSeconds: await client.readContract({ ...registry, functionName: "unbondingPeriod" }),
    executorMinimumStake: await client.readContract({ ...registry, functionName: "minimumStake", args: [1] }),
    validatorMinimumStake: await client.readContract({ ...registry, functionName: "minimumStake", args: [2] }),
    treasury: await client.readContract({ ...registry, functionName: "treasury" }),
    audits: auditsAddress,
    auditEpochSeconds: await client.readContract({ ...audits, functionName: "epochLength" }),
    auditOdds: await client.readContract({ ...audits, functionName: "odds" }),
  } satisfies Record<string, bigint | number | string | Hex>;
}
