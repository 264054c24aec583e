import { join } from "node:path";
import { placeBlankDatabase } from "../../checkout/blank-database.ts";
import { INDEXER, NEXT, ROOT } from "../../checkout/paths.ts";
import type { Deployment } from "./deployment.ts";
import type { RunningNode } from "./nodes.ts";
import type { Part } from "./part.ts";
import type { Supervisor } from "./supervisor.ts";
import { until } from "./until.ts";

export interface IndexerSpec {
  readonly supervisor: Supervisor;
  readonly dir: string;
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly deployment: Deployment;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** Starts the indexer on a database of its own and waits until it has caught up. Returns its URL. */
export async function startIndexer(spec: IndexerSpec): Promise<string> {
  const { supervisor, dir, rpcUrl, chainId, deployment, port, signal } = spec;
  const url = `http://127.0.0.1:${port}`;
  const database = join(dir, "indexer");
  await placeBlankDatabase(database);
  const indexer = supervisor.start({
    name: "indexer",
    saysUp: /Started returning 200 responses/,
    script: INDEXER,
    args: ["start", "--root", "indexer", "--schema", "lloom", "-p", String(port), "-H", "127.0.0.1"],
    cwd: ROOT,
    env: {
      LLOOM_RPC_URL: rpcUrl,
      LLOOM_CHAIN_ID: String(chainId),
      LLOOM_ACCOUNTING: deployment.accounting,
      LLOOM_STAKE_REGISTRY: deployment.stakeRegistry,
      LLOOM_AUDITS: deployment.audits,
      LLOOM_START_BLOCK: String(deployment.startBlock),
      LLOOM_PGLITE_DIR: database,
      // Asked for: Hardhat tells of its blocks by WebSocket for five minutes, and then no more, without ending the connection.
      LLOOM_POLL_MS: "500",
      PONDER_TELEMETRY_DISABLED: "true",
    },
  });
  await served({ part: indexer, what: "the indexer", url: `${url}/ready`, supervisor, signal });
  return url;
}

export interface ExplorerSpec {
  readonly supervisor: Supervisor;
  readonly indexerUrl: string;
  /** Without one, pages say that nobody observes. */
  readonly observerUrl?: string;
  /** Where wallets of visitors reach the chain. */
  readonly rpcUrl?: string | undefined;
  /** Whom pages ask for offers; nobody unless given. */
  readonly validators?: readonly Pick<RunningNode, "multiaddrs">[];
  readonly port: number;
  readonly signal: AbortSignal;
}

/** Starts the built explorer and waits until it serves pages. Returns its URL. */
export async function startExplorer({
  supervisor,
  indexerUrl,
  observerUrl,
  rpcUrl,
  validators = [],
  port,
  signal,
}: ExplorerSpec): Promise<string> {
  const url = `http://127.0.0.1:${port}`;
  const bootstrap = validators.flatMap(({ multiaddrs }) => multiaddrs.filter((address) => address.includes("/ws/")));
  const explorer = supervisor.start({
    name: "explorer",
    saysUp: /Ready in/,
    script: NEXT,
    args: ["start", "web", "-p", String(port), "-H", "127.0.0.1"],
    cwd: ROOT,
    env: {
      LLOOM_INDEXER_URL: indexerUrl,
      LLOOM_PUBLIC_INDEXER_URL: indexerUrl,
      ...(observerUrl === undefined ? {} : { LLOOM_OBSERVER_URL: observerUrl }),
      ...(rpcUrl === undefined ? {} : { LLOOM_PUBLIC_RPC_URL: rpcUrl }),
      LLOOM_BOOTSTRAP: bootstrap.join(","),
      NEXT_TELEMETRY_DISABLED: "1",
    },
  });
  // Pages have a status of their own while the index is silent.
  await served({ part: explorer, what: "the explorer", url: `${url}/api/head`, supervisor, signal });
  return url;
}

interface Served {
  readonly part: Part;
  readonly what: string;
  readonly url: string;
  readonly supervisor: Supervisor;
  readonly signal: AbortSignal;
}

/** Waits until the part answers at its URL; throws when it is down for good before. */
async function served({ part, what, url, supervisor, signal }: Served): Promise<void> {
  const wait = { what, workers: () => [part], tell: (text: string) => supervisor.tell(text), signal };
  await until({ ...wait, loss: part.loss() }, async (signal) => ((await fetch(url, { signal })).ok ? true : undefined));
}
