import { join } from "node:path";
import { DEVNET_ACCOUNTS } from "../../../devnet/src/accounts.ts";
import { startChain } from "../../../devnet/src/chain.ts";
import { buildContracts, type Deployment, deployContracts } from "../../../devnet/src/deployment.ts";
import { beat } from "../../../devnet/src/heartbeat.ts";
import { seatMembers } from "../../../devnet/src/members.ts";
import { type RunningNode, startNode } from "../../../devnet/src/nodes.ts";
import { awaitOffers } from "../../../devnet/src/offers.ts";
import type { Supervisor } from "../../../devnet/src/supervisor.ts";

export interface NetworkParts {
  /** Of the chain. */
  readonly supervisor: Supervisor;
  /** Of executor and gateway, which may be started with other flags of Node's. */
  readonly nodes: Supervisor;
  /** What runs them, if it is not the usual program. */
  readonly program: string | undefined;
  readonly dir: string;
  readonly chainPort: number;
  /** Base URL of the backend, without /v1. */
  readonly backendUrl: string;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface BenchNetwork {
  readonly executor: RunningNode;
  readonly gateway: RunningNode;
  readonly gatewayUrl: string;
  /** Where the two keep their logs. */
  readonly executorDir: string;
  readonly gatewayDir: string;
  readonly rpcUrl: string;
  readonly deployment: Deployment;
}

/** So many streams are held that the usual four at once would all wait. */
const AT_ONCE = ["--concurrency", "1024"];
/** Whatever a soak leaves to be settled, also on a machine that does much else. */
const DRAIN = ["--drain-seconds", "60"];
/** All that a bench can spend is allocated at once, so that no transaction falls into it. */
const FUNDED = ["--channel-step", "50"];

/** A chain with the contracts, an executor that sells the backend's models, and a gateway: as they are run, with their own safety. */
export async function startBenchNetwork(parts: NetworkParts): Promise<BenchNetwork> {
  const { supervisor, nodes, program, dir, chainPort, backendUrl, say, signal } = parts;
  say("chain and contracts");
  const [rpcUrl, build] = await Promise.all([startChain(supervisor, chainPort, signal), buildContracts(supervisor)]);
  void beat(rpcUrl, signal);
  const deployment = await deployContracts(rpcUrl, build);
  await seatMembers({ rpcUrl, deployment, cheat: undefined, signal });
  say("executor and gateway");
  const context = { supervisor: nodes, program, dir, rpcUrl, deployment, signal };
  const [seller] = DEVNET_ACCOUNTS.executors;
  if (seller === undefined) throw new Error("The development network has no executors.");
  const executor = await startNode(context, {
    account: seller,
    command: "executor",
    args: ["--backend", `${backendUrl}/v1`, ...DRAIN, ...AT_ONCE],
  });
  const gateway = await startNode(context, {
    account: DEVNET_ACCOUNTS.gateway,
    command: "gateway",
    args: ["--bootstrap", executor.multiaddrs.join(","), "--port", "0", ...FUNDED],
  });
  const gatewayUrl = gateway.url ?? "";
  await awaitOffers({ supervisor: nodes, gatewayUrl, executors: () => 1, signal });
  const [executorDir, gatewayDir] = [join(dir, seller.name), join(dir, DEVNET_ACCOUNTS.gateway.name)];
  return { executor, gateway, gatewayUrl, executorDir, gatewayDir, rpcUrl, deployment };
}
