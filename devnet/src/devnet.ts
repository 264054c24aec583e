import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { checkChain, connect } from "../../checkout/rpc.ts";
import { DEVNET_ACCOUNTS } from "./accounts.ts";
import { checkFunds, startChain } from "./chain.ts";
import { buildContracts, type Deployment, deployContracts } from "./deployment.ts";
import { buildExplorer } from "./explorer-build.ts";
import { seatMembers } from "./members.ts";
import {
  type NodeSurroundings,
  type RunningNode,
  startExecutors,
  startNode,
  startValidators,
  validatorAddresses,
} from "./nodes.ts";
import { awaitOffers } from "./offers.ts";
import { startExplorer, startIndexer } from "./pages.ts";
import { Ports } from "./ports.ts";
import type { Progress } from "./progress.ts";
import { Supervisor } from "./supervisor.ts";

export interface DevnetOptions {
  /** A running chain to use instead of an own one. */
  readonly rpcUrl?: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** More flags for an executor, by its index from 0: for example another backend. */
  readonly executorFlags?: (index: number) => readonly string[];
  readonly gatewayFlags?: readonly string[];
  /** Leave indexer and explorer out, for tests that need none. */
  readonly pages?: boolean;
}

/** A whole network on this machine. */
export interface Devnet extends AsyncDisposable {
  readonly dir: string;
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly deployment: Deployment;
  /** Multiaddrs of the validators, as `--bootstrap` takes them. */
  readonly bootstrap: string;
  readonly validators: readonly RunningNode[];
  readonly executors: readonly RunningNode[];
  readonly gateway: RunningNode;
  /** Base URL of the gateway, without /v1. */
  readonly gatewayUrl: string;
  /** Resolve once the indexer has caught up and the explorer serves; undefined without pages. */
  readonly pages: Promise<Pages | undefined>;
  readonly surroundings: NodeSurroundings;
  /** Rejects when a part ends that should not have. */
  readonly failure: Promise<never>;
}

export interface Pages {
  readonly indexerUrl: string;
  readonly explorerUrl: string;
}

/** Wanted ports; a busy one is replaced by the next free one. */
const PORTS = {
  chain: 8545,
  "first validator": 4001,
  "second validator": 4002,
  gateway: 8080,
  indexer: 42069,
  explorer: 3000,
};
/** The devnet settles soon, so that a newcomer sees it happen. */
const SETTLE_SOON = ["--settle-age-seconds", "2"];

/** Starts the network: all that can run side by side does. Closes what it opened if a part fails. */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  if (options.rpcUrl !== undefined) {
    await checkChain(options.rpcUrl);
    await checkFunds(options.rpcUrl);
  }
  const dir = makeFolder();
  mkdirSync(join(dir, "logs"));
  let keep = false;
  await using stack = new AsyncDisposableStack();
  stack.defer(() => {
    if (!keep) rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  });
  const supervisor = stack.use(new Supervisor(join(dir, "logs")));
  // What still waits when a part has failed must not keep the process alive.
  const over = new AbortController();
  stack.defer(() => over.abort());
  const signal = AbortSignal.any([options.signal, over.signal]);
  // The logs tell why something failed, so then they stay.
  const keepLogs = (thrown: unknown): never => {
    if (!keep && !options.signal.aborted && readdirSync(join(dir, "logs")).length > 0) {
      keep = true;
      options.progress.say(`   logs are kept in ${dir}/logs`);
    }
    throw thrown;
  };
  const failure = supervisor.failure.catch(keepLogs);
  failure.catch(() => undefined);
  const ports = stack.use(new Ports());
  const assembling = assemble({ ...options, signal }, supervisor, ports, dir).catch(keepLogs);
  assembling.catch(() => undefined);
  const devnet = await Promise.race([assembling, failure, aborted(options.signal)]);
  const owned = stack.move();
  return { ...devnet, failure, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "lloom-"));
  } catch (cause) {
    throw new ExplainedError(
      `Cannot make a folder in ${tmpdir()}.`,
      "Set TMPDIR to a folder that you may write to.",
      cause,
    );
  }
}

type Assembled = Omit<Devnet, typeof Symbol.asyncDispose | "failure">;

async function assemble(options: DevnetOptions, supervisor: Supervisor, ports: Ports, dir: string): Promise<Assembled> {
  const { progress, signal } = options;
  const explorerBuilt =
    options.pages === false ? undefined : timed(progress, "explorer build", () => buildExplorer(supervisor));
  explorerBuilt?.catch(() => undefined);
  const [rpcUrl] = await Promise.all([
    openChain(options, supervisor, ports),
    timed(progress, "contracts build", () => buildContracts(supervisor)),
  ]);
  const chainId = await readChainId(rpcUrl);
  const deployment = await timed(
    progress,
    "contracts",
    () => deployContracts(supervisor, rpcUrl, dir),
    (it) => it.accounting,
  );
  const pages = explorerBuilt === undefined ? Promise.resolve(undefined) : openPages();
  pages.catch(() => undefined);
  await timed(progress, "stakes and deposits", () => seatMembers({ rpcUrl, deployment, signal }));
  const surroundings: NodeSurroundings = { supervisor, dir, rpcUrl, deployment, signal };
  const nodes = await startNodes(options, surroundings, ports);
  return { dir, rpcUrl, chainId, deployment, ...nodes, pages, surroundings };

  async function openPages(): Promise<Pages> {
    const port = await wantedPort(progress, ports, "indexer");
    const start = { supervisor, dir, rpcUrl, chainId, deployment, port, signal };
    const indexerUrl = await timed(
      progress,
      "indexer",
      () => startIndexer(start),
      (url) => `${url}/graphql`,
    );
    await explorerBuilt;
    const explorerPort = await wantedPort(progress, ports, "explorer");
    const explorerUrl = await timed(
      progress,
      "explorer",
      () => startExplorer({ supervisor, indexerUrl, rpcUrl, port: explorerPort, signal }),
      (url) => url,
    );
    return { indexerUrl, explorerUrl };
  }
}

async function startNodes(
  { progress, executorFlags, gatewayFlags }: DevnetOptions,
  surroundings: NodeSurroundings,
  ports: Ports,
): Promise<Pick<Devnet, "bootstrap" | "validators" | "executors" | "gateway" | "gatewayUrl">> {
  const addresses = validatorAddresses([
    await wantedPort(progress, ports, "first validator"),
    await wantedPort(progress, ports, "second validator"),
  ]);
  const bootstrap = addresses.join(",");
  const flags = (index: number): readonly string[] => [...SETTLE_SOON, ...(executorFlags?.(index) ?? [])];
  const port = await wantedPort(progress, ports, "gateway");
  const [validators, executors, gateway] = await Promise.all([
    timed(progress, "2 validators", () => startValidators(surroundings, addresses)),
    timed(progress, "3 executors", () => startExecutors(surroundings, bootstrap, flags)),
    timed(
      progress,
      "gateway",
      () =>
        startNode(surroundings, {
          account: DEVNET_ACCOUNTS.gateway,
          command: "gateway",
          args: ["--bootstrap", bootstrap, "--port", String(port), ...(gatewayFlags ?? [])],
        }),
      (node) => `${node.url}/v1`,
    ),
  ]);
  const gatewayUrl = gateway.url ?? "";
  await timed(progress, "offers", () => awaitOffers(gatewayUrl, executors.length, surroundings.signal));
  return { bootstrap, validators, executors, gateway, gatewayUrl };
}

async function openChain(
  { rpcUrl, progress, signal }: DevnetOptions,
  supervisor: Supervisor,
  ports: Ports,
): Promise<string> {
  if (rpcUrl !== undefined) return rpcUrl;
  const port = await wantedPort(progress, ports, "chain");
  return timed(
    progress,
    "chain",
    () => startChain(supervisor, port, signal),
    (url) => url,
  );
}

async function wantedPort(progress: Progress, ports: Ports, part: keyof typeof PORTS): Promise<number> {
  const port = await ports.next(PORTS[part]);
  if (port !== PORTS[part]) progress.say(`   port ${PORTS[part]} is busy, so the ${part} takes ${port}`);
  return port;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

async function readChainId(rpcUrl: string): Promise<number> {
  const provider = connect(rpcUrl);
  try {
    return Number((await provider.getNetwork()).chainId);
  } finally {
    provider.destroy();
  }
}

async function timed<T>(
  progress: Progress,
  name: string,
  work: () => Promise<T>,
  outcome?: (result: T) => string,
): Promise<T> {
  const done = progress.step(name);
  const result = await work();
  done(outcome?.(result) ?? (typeof result === "string" ? result : ""));
  return result;
}
