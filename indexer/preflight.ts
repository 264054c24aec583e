import type { ErrorCode } from "@lloom/protocol/error-codes";
import { accountingV2Abi } from "@lloom/protocol/generated/abi";
import { createPublicClient, type Hex, http, isAddressEqual } from "viem";
import type { IndexerEnv } from "./env.ts";

const RPC_TIMEOUT_MS = 10_000;

/** Why indexing cannot start, with the code and the next step that every door of the network gives. */
export interface StartProblem {
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * Asks the chain, once, whether it is the one that the settings mean, and which instance of it: the hash of block 0. A
 * development chain has a new one after each restart.
 */
export async function inspectChain(env: IndexerEnv): Promise<{ genesisHash: Hex } | StartProblem> {
  const client = createPublicClient({ transport: http(env.rpcUrl, { timeout: RPC_TIMEOUT_MS, retryCount: 1 }) });
  try {
    const [chainId, genesis, accountingCode] = await Promise.all([
      client.getChainId(),
      client.getBlock({ blockNumber: 0n }),
      client.getCode({ address: env.accounting }),
    ]);
    if (chainId !== env.chainId) {
      return mismatch(`LLOOM_RPC_URL serves chain ${chainId}, but LLOOM_CHAIN_ID is ${env.chainId}.`);
    }
    if (accountingCode === undefined) {
      return mismatch(`There is no contract at LLOOM_ACCOUNTING (${env.accounting}) on chain ${chainId}.`);
    }
    const stakeRegistry = await client.readContract({
      abi: accountingV2Abi,
      address: env.accounting,
      functionName: "stakeRegistry",
    });
    if (!isAddressEqual(stakeRegistry, env.stakeRegistry)) {
      return mismatch(
        `The AccountingV2 works with the StakeRegistry at ${stakeRegistry}, not with LLOOM_STAKE_REGISTRY.`,
      );
    }
    return { genesisHash: genesis.hash };
  } catch (thrown) {
    return problemOf(thrown);
  }
}

const mismatch = (message: string): StartProblem => ({ code: "CHAIN_MISMATCH", message });

/** Only the kind of failure is told: the text of an RPC error repeats the URL, which may hold an API key. */
function problemOf(thrown: unknown): StartProblem {
  const name = thrown instanceof Error ? thrown.name : "";
  if (name === "ContractFunctionExecutionError") {
    return mismatch("The contract at LLOOM_ACCOUNTING does not answer as an AccountingV2.");
  }
  return { code: "CHAIN_UNREACHABLE", message: "LLOOM_RPC_URL does not answer as the JSON-RPC of a chain." };
}
