import { ERROR_CODES } from "@lloom/protocol/error-codes";
import {
  accountingV2Abi,
  auditsAbi,
  deliveryDisputesAbi,
  equivocationDisputesAbi,
  juryAbi,
  measuredDepositsAbi,
  measuredDisputesAbi,
  stakeRegistryAbi,
} from "@lloom/protocol/generated/abi";
import { createConfig, factory } from "ponder";
import { getAbiItem, zeroAddress } from "viem";
import { readEnv } from "./env.ts";
import { inspectChain, type StartProblem } from "./preflight.ts";
import { rpcTransport } from "./rpc-transport.ts";

/** Chains of Hardhat and Ganache: they start anew, so that answers kept from an earlier run would be wrong. */
const DEVELOPMENT_CHAINS: readonly number[] = [31_337, 1_337];

/** Says what is wrong and ends the process: Ponder would add a stack trace to an error. */
function refuse(problems: readonly StartProblem[]): never {
  for (const { code, message } of problems) process.stderr.write(`${code}: ${message} ${ERROR_CODES[code].next}\n`);
  process.exit(1);
}

const settings = readEnv(process.env);
if ("problems" in settings) refuse(settings.problems.map((message) => ({ code: "CONFIG_INVALID", message })));
const { env } = settings;

const chain = await inspectChain(env);
if ("code" in chain) refuse([chain]);

/*
 * Ponder goes on with kept tables only if the hash over all `contracts` is the same as before. With the genesis hash in
 * there, tables of an earlier chain under the same addresses are refused at start instead of being extended silently.
 */
const source = { chain: "lloom", startBlock: env.startBlock, genesisHash: chain.genesisHash } as const;

/**
 * The dispute contracts: those that the stake registry wired, for ever, and no others, so that nobody has to name them. Each
 * kind has an entry below, which sees the events of its ABI at all of these addresses: rows are kept by the judge's address.
 */
const judges = factory({
  address: env.stakeRegistry,
  event: getAbiItem({ abi: stakeRegistryAbi, name: "Wired" }),
  parameter: "judge",
});

/** For Ponder an empty list is every address there is. */
const deposits = chain.deposits.length === 0 ? zeroAddress : [...chain.deposits];

export default createConfig({
  database: env.database,
  chains: {
    lloom: {
      id: env.chainId,
      rpc: rpcTransport(env.rpcUrl),
      pollingInterval: env.pollMs,
      disableCache: DEVELOPMENT_CHAINS.includes(env.chainId),
      ...(env.rpcWsUrl === undefined ? {} : { ws: env.rpcWsUrl }),
    },
  },
  contracts: {
    // With receipts: what settling costs stands there alone.
    AccountingV2: { abi: accountingV2Abi, address: env.accounting, includeTransactionReceipts: true, ...source },
    StakeRegistry: { abi: stakeRegistryAbi, address: env.stakeRegistry, ...source },
    EquivocationDisputes: { abi: equivocationDisputesAbi, address: judges, ...source },
    DeliveryDisputes: { abi: deliveryDisputesAbi, address: judges, ...source },
    MeasuredDisputes: { abi: measuredDisputesAbi, address: judges, ...source },
    MeasuredDeposits: { abi: measuredDepositsAbi, address: deposits, ...source },
    Jury: { abi: juryAbi, address: judges, ...source },
    Audits: { abi: auditsAbi, address: env.audits, ...source },
  },
});
