import { setTimeout as delay } from "node:timers/promises";
import { checkChain, connect } from "../../checkout/rpc.ts";
import { DEVNET_ACCOUNTS } from "./accounts.ts";
import { checkFunds, startChain } from "./chain.ts";
import { benchFlags, seatBench, startJurors } from "./cheats/bench.ts";
import { CHEAT_WORDS, type Cheat, needsJury } from "./cheats/kinds.ts";
import { buildContracts, type Deployment, deployContracts } from "./deployment.ts";
import { buildExplorer } from "./explorer-build.ts";
import { beat } from "./heartbeat.ts";
import { seatMembers } from "./members.ts";
import { metricsFlags } from "./metrics-flags.ts";
import { NetworkClock } from "./network-clock.ts";
import {
  type NodeContext,
  type RunningNode,
  startCheat,
  startExecutors,
  startNode,
  startObserver,
  startValidators,
  validatorAddresses,
} from "./nodes.ts";
import { awaitOffers } from "./offers.ts";
import { startExplorer, startIndexer } from "./pages.ts";
import { Ports, wantedPort } from "./ports.ts";
import { type Progress, timed } from "./progress.ts";
import { openRunFolder } from "./run-folder.ts";
import { Supervisor } from "./supervisor.ts";

export interface DevnetOptions {
  /** A running chain to use instead of an own one. */
  readonly rpcUrl?: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** More flags for an executor, by its index from 0: for example another backend. */
  readonly executorFlags?: (index: number) => readonly string[];
  readonly gatewayFlags?: readonly string[];
  /** One executor more, a dishonest one; the network's clock can be moved then. */
  readonly cheat?: Cheat | undefined;
}

/** A whole network on this machine. */
export interface Devnet extends AsyncDisposable {
  /** Data of its processes; gone when it stops. */
  readonly dir: string;
  /** Logs of its processes; they stay. */
  readonly logDir: string;
  readonly supervisor: Supervisor;
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly deployment: Deployment;
  /** Multiaddrs of the validators, as `--bootstrap` takes them. */
  readonly bootstrap: string;
  readonly validators: readonly RunningNode[];
  readonly executors: readonly RunningNode[];
  /** The dishonest one, where it is wanted. */
  readonly cheat: RunningNode | undefined;
  readonly gateway: RunningNode;
  /** Base URL of the gateway, without /v1. */
  readonly gatewayUrl: string;
  /** Starts indexer and explorer, which nobody needs for an answer; resolves once both serve. The same for every caller. */
  readonly openPages: () => Promise<Pages>;
  readonly nodeContext: NodeContext;
  /** Where it can be moved. */
  readonly clock: NetworkClock | undefined;
  /** Rejects when a part ends without which nothing goes on. */
  readonly failure: Promise<never>;
}

export interface Pages {
  readonly indexerUrl: string;
  readonly explorerUrl: string;
  /** Where it is told, signed, who offers what and who answers. It may be coming up yet: nobody waits for it. */
  readonly observerUrl: string;
}

/** The devnet settles soon, so that a newcomer sees it happen. */
const SETTLE_SOON = ["--settle-age-seconds", "2"];

/** What the steps of a start work with. */
interface Site {
  readonly clock: NetworkClock | undefined;
  readonly options: DevnetOptions;
  readonly supervisor: Supervisor;
  readonly ports: Ports;
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** Starts the network: all that can run side by side does. Closes what it opened if a part fails. */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const { progress } = options;
  if (options.rpcUrl !== undefined) {
    await checkChain(options.rpcUrl, { tell: progress.say });
    await checkFunds(options.rpcUrl);
  }
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(openRunFolder());
  const { dataDir: dir, logDir, home } = folder;
  progress.say(`   logs are in ${logDir}`);
  const clock = options.cheat === undefined ? undefined : new NetworkClock(dir);
  const supervisor = stack.use(new Supervisor(logDir, { home, flags: clock?.flags ?? [], tell: progress.say }));
  // What still waits when a part has failed must not keep the process alive.
  const over = new AbortController();
  stack.defer(() => over.abort());
  const signal = AbortSignal.any([options.signal, over.signal]);
  const { failure } = supervisor;
  const ports = stack.use(new Ports());
  const assembling = assemble({ options, clock, supervisor, ports, dir, signal }).catch((thrown) =>
    blame(thrown, failure),
  );
  const devnet = await Promise.race([assembling, failure, aborted(options.signal)]);
  const owned = stack.move();
  return { ...devnet, logDir, failure, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** How long after a failure the death of a part may be heard of that it comes from. */
const BLAME_MS = 1_000;

/** What needs a part that has died fails too, and may be heard of first; what is told is the part. */
async function blame(thrown: unknown, failure: Promise<never>): Promise<never> {
  await Promise.race([failure, delay(BLAME_MS)]);
  throw thrown;
}

type Assembled = Omit<Devnet, typeof Symbol.asyncDispose | "failure" | "logDir">;

async function assemble(site: Site): Promise<Assembled> {
  const { options, clock, supervisor, dir, signal } = site;
  const { progress } = options;
  const [rpcUrl, build] = await Promise.all([
    openChain(site),
    timed(
      progress,
      "contracts build",
      () => buildContracts(supervisor),
      (it) => it.outcome,
    ),
  ]);
  if (options.rpcUrl === undefined) void beat(rpcUrl, signal);
  const chainId = await readChainId(rpcUrl);
  const deployment = await timed(
    progress,
    "contracts",
    () => deployContracts(rpcUrl, build),
    (it) => it.accounting,
  );
  await timed(progress, "stakes and deposits", () => seatMembers({ rpcUrl, deployment, cheat: options.cheat, signal }));
  if (clock !== undefined && needsJury(options.cheat))
    await timed(progress, "a jury's list", () =>
      seatBench({ rpcUrl, deployment, cheat: options.cheat, signal }, clock),
    );
  const nodeContext: NodeContext = { supervisor, dir, rpcUrl, deployment, signal };
  const nodes = await startNodes(site, nodeContext);
  let pages: Promise<Pages> | undefined;
  const openPages = (): Promise<Pages> => {
    pages ??= startPages(site, { rpcUrl, chainId, deployment, nodeContext, ...nodes });
    return pages;
  };
  return { dir, supervisor, rpcUrl, chainId, deployment, ...nodes, openPages, nodeContext, clock };
}

type Sold = Pick<Devnet, "rpcUrl" | "chainId" | "deployment" | "nodeContext" | "bootstrap" | "validators">;

async function startPages(
  { options, supervisor, ports, dir, signal }: Site,
  { rpcUrl, chainId, deployment, nodeContext, bootstrap, validators }: Sold,
): Promise<Pages> {
  const { progress } = options;
  const observerPort = await wantedPort(progress, ports, "observer");
  const observerUrl = `http://127.0.0.1:${observerPort}`;
  const port = await wantedPort(progress, ports, "indexer");
  const start = { supervisor, dir, rpcUrl, chainId, deployment, port, signal };
  const [indexerUrl] = await Promise.all([
    timed(
      progress,
      "indexer",
      () => startIndexer(start),
      (url) => `${url}/graphql`,
    ),
    timed(progress, "explorer build", () => buildExplorer(supervisor, signal)),
  ]);
  const explorerPort = await wantedPort(progress, ports, "explorer");
  // Somebody else's may hold a key, and visitors are told.
  const shownRpc = options.rpcUrl === undefined ? rpcUrl : undefined;
  const explorerUrl = await timed(progress, "explorer", () =>
    startExplorer({ supervisor, indexerUrl, observerUrl, rpcUrl: shownRpc, validators, port: explorerPort, signal }),
  );
  // Last, since pages say in words that nothing is observed yet; if it does not come up, the supervisor says so.
  startObserver(nodeContext, bootstrap, observerPort).catch(() => undefined);
  return { indexerUrl, explorerUrl, observerUrl };
}

async function startNodes(
  { options: { progress, executorFlags, gatewayFlags, cheat: kind }, supervisor, ports }: Site,
  nodeContext: NodeContext,
): Promise<Pick<Devnet, "bootstrap" | "validators" | "executors" | "cheat" | "gateway" | "gatewayUrl">> {
  const addresses = validatorAddresses([
    await wantedPort(progress, ports, "first validator"),
    await wantedPort(progress, ports, "second validator"),
  ]);
  const bootstrap = addresses.join(",");
  const measured = await metricsFlags(ports);
  const hasJury = needsJury(kind);
  const { audits } = nodeContext.deployment;
  const flags = (index: number): readonly string[] => [
    ...SETTLE_SOON,
    ...(measured.executors[index] ?? []),
    ...(executorFlags?.(index) ?? []),
  ];
  const validatorFlags = (index: number): readonly string[] => [
    ...(measured.validators[index] ?? []),
    ...(hasJury ? benchFlags(index, audits) : []),
  ];
  const port = await wantedPort(progress, ports, "gateway");
  const [validators, executors, gateway, cheat] = await Promise.all([
    timed(
      progress,
      "2 validators",
      () => startValidators(nodeContext, addresses, validatorFlags),
      outcomeOf("validators", 2),
    ),
    timed(progress, "3 executors", () => startExecutors(nodeContext, bootstrap, flags), outcomeOf("executors", 3)),
    timed(
      progress,
      "gateway",
      () =>
        startNode(nodeContext, {
          account: DEVNET_ACCOUNTS.gateway,
          command: "gateway",
          args: ["--bootstrap", bootstrap, "--port", String(port), "--audits", audits].concat(
            measured.gateway,
            gatewayFlags ?? [],
          ),
        }),
      (node) => `${node.url}/v1`,
    ),
    kind &&
      timed(
        progress,
        "1 cheat",
        () => startCheat(nodeContext, bootstrap, kind),
        () => CHEAT_WORDS[kind],
      ),
    hasJury && timed(progress, "4 jurors", () => startJurors(nodeContext, bootstrap)),
  ]);
  const gatewayUrl = gateway.url ?? "";
  const { signal } = nodeContext;
  await timed(progress, "offers", () =>
    awaitOffers({
      supervisor,
      gatewayUrl,
      executors: () => [...executors, ...(cheat ? [cheat] : [])].filter((it) => it.process.alive).length,
      signal,
    }),
  );
  return { bootstrap, validators, executors, cheat, gateway, gatewayUrl };
}

const outcomeOf =
  (what: string, all: number) =>
  (up: readonly RunningNode[]): string =>
    up.length === all ? "" : `only ${up.length} ${what}; the network goes on with them`;

async function openChain({ options: { rpcUrl, progress }, supervisor, ports, signal }: Site): Promise<string> {
  if (rpcUrl !== undefined) return rpcUrl;
  const port = await wantedPort(progress, ports, "chain");
  return timed(progress, "chain", () => startChain(supervisor, port, signal));
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
