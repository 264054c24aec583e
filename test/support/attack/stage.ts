import { type Devnet, startDevnet } from "../../../devnet/src/devnet.ts";
import { type RunningNode, startNode } from "../../../devnet/src/nodes.ts";
import { Ports } from "../../../devnet/src/ports.ts";
import { Timings } from "../../../devnet/src/timings.ts";
import { startChain, type TestChain } from "../chain.ts";
import { keeping } from "../quiet-progress.ts";
import { openGate, type RpcGate } from "../rpc-gate.ts";
import { honestOf } from "./cast.ts";
import { type Looks, openLooks } from "./heap.ts";
import { startKnownBackend } from "./known-backend.ts";
import { STAKE, seat } from "./seat.ts";

/** What stands before anybody attacks: honest processes, each on data of its own, on a chain behind a gate. */
export interface Stage extends AsyncDisposable {
  readonly chain: TestChain;
  readonly gate: RpcGate;
  readonly devnet: Devnet;
  readonly executors: readonly RunningNode[];
  readonly gateways: readonly RunningNode[];
  /** Where processes tell what they hold. */
  readonly looks: Looks;
  /** What the network said of its processes: who ended, with its last lines. */
  readonly told: readonly string[];
  /** Where the time of the attack goes. */
  readonly timings: Timings;
}

const HONEST = 15;
const START_MS = 600_000;
/** Processes that start at the same time; each computes for two seconds. */
const AT_ONCE = 4;
/** Where to look for a free one: that of the network's own gateway comes before. */
const GATEWAY_PORT = 8081;

export async function setStage(seed: number): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const timings = new Timings(performance.now());
  const told: string[] = [];
  const chain = stack.use(await startChain());
  const gate = stack.use(await openGate(chain.rpcUrl));
  const backend = stack.use(await startKnownBackend());
  const signal = AbortSignal.timeout(START_MS);
  const ports = stack.use(new Ports());
  const looks = stack.use(openLooks());
  using _allowed = looks.allow();
  const flags = executorFlags(backend.url);
  const gatewayFlags = ["--exploration", "0.2"];
  const devnet = stack.use(
    await startDevnet({ rpcUrl: gate.rpcUrl, progress: keeping(told), signal, executorFlags: flags, gatewayFlags }),
  );
  const site = { chain, accounting: devnet.deployment.accounting };
  const join = async (
    command: "executor" | "gateway",
    index: number,
    args: readonly string[],
  ): Promise<RunningNode> => {
    const identity = honestOf(seed, `${command} ${index}`);
    await seat(site, command === "executor" ? { stake: STAKE } : "client", identity);
    const account = { ...identity, name: `${command}-${index + 1}` };
    return startNode(devnet.nodeContext, { account, command, args: ["--bootstrap", devnet.bootstrap, ...args] });
  };
  timings.record("devnet", timings.began);
  const began = performance.now();
  const executors = [...devnet.executors];
  while (executors.length < HONEST) {
    const next = Array.from(
      { length: Math.min(AT_ONCE, HONEST - executors.length) },
      (_, more) => executors.length + more,
    );
    executors.push(...(await Promise.all(next.map((index) => join("executor", index, flags(index))))));
  }
  const port = String(await ports.next(GATEWAY_PORT));
  const gateways = [devnet.gateway, await join("gateway", 1, ["--port", port, ...gatewayFlags])];
  timings.record("more executors", began);
  const owned = stack.move();
  const parts = { chain, gate, devnet, executors, gateways, looks, told, timings };
  return { ...parts, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Prices that are close together, so that all of them are bought from. */
const executorFlags = (backend: string) => (index: number) => {
  const dearer = 1 + index / 100;
  const prices = ["--inbound-price", (0.1 * dearer).toFixed(4), "--outbound-price", (0.4 * dearer).toFixed(4)];
  return ["--backend", backend, ...prices, "--settle-age-seconds", "10", "--drain-seconds", "60"];
};
