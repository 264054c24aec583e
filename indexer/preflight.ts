import type { ErrorCode } from "@lloom/protocol/error-codes";
import { accountingV2Abi } from "@lloom/protocol/generated/abi";
import { type Address, createPublicClient, type Hex, http, isAddressEqual, type PublicClient } from "viem";
import { depositContracts } from "./deposit-contracts.ts";
import type { IndexerEnv } from "./env.ts";
import { ifAnswered } from "./if-answered.ts";

/** A chain on a busy machine may be slow, and is asked again; one that is not there is told at once. */
const RPC_TIMEOUT_MS = 30_000;
const RETRIES = 3;

/** Why indexing cannot start, with the code and the next step that every interface of the network gives. */
export interface StartProblem {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What the chain says of itself and of the contracts. */
interface Inspected {
  /** Hash of block 0: a development chain has a new one after each restart. */
  readonly genesisHash: Hex;
  /** Who keeps the deposits of measured disputes. */
  readonly deposits: readonly Address[];
}

/** Asks the chain, once, whether it is the one that the settings mean, and which instance of it. */
export async function inspectChain(env: IndexerEnv): Promise<Inspected | StartProblem> {
  const client = createPublicClient({ transport: http(env.rpcUrl, { timeout: RPC_TIMEOUT_MS, retryCount: RETRIES }) });
  try {
    const [chainId, genesis] = await Promise.all([client.getChainId(), client.getBlock({ blockNumber: 0n })]);
    if (chainId !== env.chainId) {
      return mismatch(`LLOOM_RPC_URL serves chain ${chainId}, but LLOOM_CHAIN_ID is ${env.chainId}.`);
    }
    const problem = (await misfit(client, env, ACCOUNTING)) ?? (await misfit(client, env, AUDITS));
    if (problem !== undefined) return problem;
    const deposits = await depositContracts(client, env);
    return deposits === undefined ? NOT_WIRED : { genesisHash: genesis.hash, deposits };
  } catch {
    // Only the kind of failure is told: the text of an RPC error repeats the URL, which may hold an API key.
    return { code: "CHAIN_UNREACHABLE", message: "LLOOM_RPC_URL does not answer as the JSON-RPC of a chain." };
  }
}

/** A contract that names the stake registry which it works with. */
interface Companion {
  readonly name: string;
  readonly setting: string;
  readonly addressIn: (env: IndexerEnv) => Address;
}

const ACCOUNTING: Companion = {
  name: "an AccountingV2",
  setting: "LLOOM_ACCOUNTING",
  addressIn: ({ accounting }) => accounting,
};
const AUDITS: Companion = { name: "an Audits", setting: "LLOOM_AUDITS", addressIn: ({ audits }) => audits };

/** Why the contract is not one that works with the settings' stake registry; undefined if it is. */
async function misfit(client: PublicClient, env: IndexerEnv, companion: Companion): Promise<StartProblem | undefined> {
  const { name, setting } = companion;
  const address = companion.addressIn(env);
  if ((await client.getCode({ address })) === undefined) {
    return mismatch(`There is no contract at ${setting} (${address}) on chain ${env.chainId}.`);
  }
  const stakeRegistry = await stakeRegistryOf(client, address);
  if (stakeRegistry === undefined) return mismatch(`The contract at ${setting} does not answer as ${name}.`);
  if (isAddressEqual(stakeRegistry, env.stakeRegistry)) return;
  return mismatch(
    `The contract at ${setting} works with the StakeRegistry at ${stakeRegistry}, not with LLOOM_STAKE_REGISTRY.`,
  );
}

/** What the contract names; undefined for one that does not have the function. */
const stakeRegistryOf = (client: PublicClient, address: Address): Promise<Address | undefined> =>
  ifAnswered(client.readContract({ abi: accountingV2Abi, address, functionName: "stakeRegistry" }));

const NOT_WIRED: StartProblem = {
  code: "CHAIN_MISMATCH",
  message:
    "No wiring of LLOOM_STAKE_REGISTRY was found from LLOOM_START_BLOCK on, which has to be its deployment's block.",
};

const mismatch = (message: string): StartProblem => ({ code: "CHAIN_MISMATCH", message });
