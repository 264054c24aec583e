/**
 * Environment variables of all programs of the network, beside those that stand for a flag of `lloom`. A variable means the
 * same wherever it is read, so that one environment serves them all.
 */
import { LloomError } from "./lloom-error.ts";

/** What each variable holds, and who reads it. */
export const SHARED_VARIABLES = {
  LLOOM_RPC_URL: { holds: "JSON-RPC of the chain", readers: ["node", "indexer", "Hardhat"] },
  LLOOM_NETWORK: {
    holds: "a network of the address book, such as sepolia, for the addresses of its contracts",
    readers: ["node", "indexer", "explorer"],
  },
  LLOOM_ACCOUNTING: { holds: "address of AccountingV2", readers: ["node", "indexer"] },
  LLOOM_STAKE_REGISTRY: { holds: "address of StakeRegistry", readers: ["indexer"] },
  LLOOM_AUDITS: { holds: "address of Audits", readers: ["node", "indexer"] },
  LLOOM_CHAIN_ID: { holds: "id of the chain", readers: ["indexer"] },
  LLOOM_RPC_WS_URL: { holds: "the chain's RPC by WebSocket", readers: ["indexer"] },
  LLOOM_START_BLOCK: {
    holds: "block of the first contract, where searches of the chain's past begin",
    readers: ["node", "indexer"],
  },
  LLOOM_POLL_MS: { holds: "how often the chain is asked for new blocks", readers: ["indexer"] },
  LLOOM_DATABASE_URL: { holds: "Postgres that keeps the index", readers: ["indexer"] },
  LLOOM_PGLITE_DIR: { holds: "directory that keeps the index, without Postgres", readers: ["indexer"] },
  LLOOM_INDEXER_URL: { holds: "where the indexer listens", readers: ["node", "explorer"] },
  LLOOM_PUBLIC_INDEXER_URL: { holds: "where visitors of the explorer reach the index", readers: ["explorer"] },
  LLOOM_PUBLIC_RPC_URL: { holds: "where wallets of the explorer's visitors reach the chain", readers: ["explorer"] },
  LLOOM_OBSERVER_URL: { holds: "where an observer tells what it saw", readers: ["explorer"] },
  LLOOM_DEPLOYER_KEY: { holds: "private key that deploys", readers: ["Hardhat"] },
  LLOOM_DEPLOYER: { holds: "`rpc`: the RPC server signs deployments", readers: ["Hardhat"] },
  LLOOM_SALT: { holds: "name of a deployment with deterministic addresses, 1 to 11 characters", readers: ["Hardhat"] },
  LLOOM_NETWORK_NAME: {
    holds: "the network's name on the pages, instead of the address book's",
    readers: ["explorer"],
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    holds: "collector of OpenTelemetry traces, by OTLP over HTTP",
    readers: ["node"],
  },
} as const satisfies Readonly<Record<string, { readonly holds: string; readonly readers: readonly string[] }>>;

/** Names that variables had before. Ignored silently, they would leave a program at its default. */
const FORMER_NAMES = { LLOOM_RPC: "LLOOM_RPC_URL" } as const satisfies Record<string, keyof typeof SHARED_VARIABLES>;

/** The sentence about a variable that is set under a former name; undefined if there is none. */
export function formerNameProblem(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const former = Object.entries(FORMER_NAMES).find(([name]) => environment[name] !== undefined);
  return former && `${former[0]} is called ${former[1]} now: set that, and unset ${former[0]}.`;
}

/** Throws LloomError CONFIG_INVALID for a variable that is set under a former name. */
export function refuseFormerNames(environment: Readonly<Record<string, string | undefined>>): void {
  const problem = formerNameProblem(environment);
  if (problem !== undefined) throw new LloomError("CONFIG_INVALID", problem);
}
