import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "@lloom/protocol/zod";
import { lloomProgram } from "../../checkout/lloom-program.ts";
import { CHEAT, ROOT } from "../../checkout/paths.ts";
import { secretPeer } from "../../node/src/p2p/host/secret-peer.ts";
import { createKeystore } from "../../node/src/wallet/keystore.ts";
import { DEVNET_ACCOUNTS, type DevnetAccount } from "./accounts.ts";
import type { Cheat } from "./cheats/kinds.ts";
import type { Deployment } from "./deployment.ts";
import type { Part } from "./part.ts";
import { patiently } from "./patience.ts";
import type { Supervisor } from "./supervisor.ts";

/** The keys are known to everybody, so their keystores may be quick to open. */
const QUICK_SCRYPT_N = 1 << 12;
/** Of every keystore; like nothing else, so that it is found wherever it should not be. */
export const PASSWORD = "pass-word-of-a-devnet";

/** Ctrl-C must be over in 10 s, and the supervisor gives its children less. */
const DRAIN_SOON = ["--drain-seconds", "3"];

/** Where pages come, beside nodes: over plain WebSockets, which the page of `npm start` may dial. */
const PAGES_TOO = "/ip4/127.0.0.1/tcp/0/ws";
const LISTEN = `/ip4/127.0.0.1/tcp/0,${PAGES_TOO}`;

/** What every node of the devnet has in common. */
export interface NodeContext {
  readonly supervisor: Supervisor;
  readonly dir: string;
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  readonly signal: AbortSignal;
  /** What runs `lloom`; the program in few files unless given. */
  readonly program?: string | undefined;
}

/** A node process with what it told when it was ready. */
export interface RunningNode {
  readonly name: string;
  readonly address: string;
  readonly multiaddrs: readonly string[];
  /** Of the gateway. */
  readonly url: string | undefined;
  /** Where its metrics are served, without a path; undefined where they are not. */
  readonly metricsUrl: string | undefined;
  readonly process: Part;
  /** Starts it once more with the same key and data, after it has ended; with more flags if given. */
  readonly restart: (flags?: readonly string[]) => Promise<RunningNode>;
}

const readySchema = z.object({
  event: z.literal("ready"),
  address: z.string(),
  multiaddrs: z.array(z.string()).default([]),
  url: z.string().optional(),
  metrics: z.string().optional(),
});

/** Prices of the three executors, per 1 000 000 prompt and answer tokens. */
export const EXECUTOR_PRICES = [
  ["0.10", "0.40"],
  ["0.12", "0.48"],
  ["0.15", "0.60"],
] as const;

interface NodeSpec {
  readonly account: DevnetAccount;
  /** What runs it; `lloom` unless given. */
  readonly script?: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Starts `lloom COMMAND` with a keystore of its own and waits until it says that it is ready. */
export async function startNode(nodeContext: NodeContext, spec: NodeSpec): Promise<RunningNode> {
  const dataDir = join(nodeContext.dir, spec.account.name);
  await prepareKey(dataDir, spec.account);
  return launch(nodeContext, spec, dataDir);
}

async function prepareKey(dataDir: string, { secret }: DevnetAccount): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dataDir, "password"), `${PASSWORD}\n`, { mode: 0o600 });
  await createKeystore({ path: join(dataDir, "keystore.json"), password: PASSWORD, secret, scryptN: QUICK_SCRYPT_N });
}

async function launch(nodeContext: NodeContext, spec: NodeSpec, dataDir: string): Promise<RunningNode> {
  const { supervisor, rpcUrl, deployment, signal, program } = nodeContext;
  const { account, command, args } = spec;
  const part = supervisor.start({
    name: account.name,
    script: spec.script ?? program ?? (await lloomProgram()),
    args: [command, "--accounting", deployment.accounting, "--data-dir", dataDir]
      .concat(spec.script === undefined ? ["--json", "--password-file", join(dataDir, "password")] : [])
      .concat(args),
    cwd: ROOT,
    // It may hold a password, and everybody on this machine can read the flags of a process.
    env: { LLOOM_RPC_URL: rpcUrl },
  });
  const wait = { what: `${account.name} to be ready`, workers: () => [part], signal };
  const { address, multiaddrs, url, metrics } = await patiently(
    { ...wait, tell: (text) => supervisor.tell(text) },
    () => part.firstLine((line) => readySchema.safeParse(jsonOrNothing(line)).data),
  );
  return {
    name: account.name,
    address,
    multiaddrs,
    url,
    metricsUrl: metrics,
    process: part,
    restart: (flags = []) => launch(nodeContext, { ...spec, args: [...args, ...flags] }, dataDir),
  };
}

function jsonOrNothing(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Where the validators will listen: known before they start, so that everybody starts at once. */
export function validatorAddresses(ports: readonly number[]): string[] {
  return DEVNET_ACCOUNTS.validators.map(({ secret }, index) => {
    return `/ip4/127.0.0.1/tcp/${ports[index]}/p2p/${secretPeer(secret)}`;
  });
}

/** Two validators, each other's bootstrap; `extra` gives more flags for each. */
export function startValidators(
  nodeContext: NodeContext,
  addresses: readonly string[],
  extra: (index: number) => readonly string[],
): Promise<RunningNode[]> {
  const bootstrap = addresses.join(",");
  return someOf(
    DEVNET_ACCOUNTS.validators.map((account, index) => {
      const listen = addresses[index]?.replace(/\/p2p\/.*$/, "") ?? "";
      return startNode(nodeContext, {
        account,
        command: "validator",
        args: ["--listen", `${listen},${PAGES_TOO}`, "--bootstrap", bootstrap, ...extra(index)],
      });
    }),
  );
}

/**
 * Three executors with different prices; `extra` gives more flags for each, the last of a flag wins. One that does not come up
 * was named by the supervisor; the others sell without it.
 */
export function startExecutors(
  nodeContext: NodeContext,
  bootstrap: string,
  extra: (index: number) => readonly string[],
): Promise<RunningNode[]> {
  return someOf(
    DEVNET_ACCOUNTS.executors.map((account, index) => {
      const [inbound, outbound] = EXECUTOR_PRICES[index] ?? EXECUTOR_PRICES[0];
      const prices = ["--inbound-price", inbound, "--outbound-price", outbound];
      return startNode(nodeContext, {
        account,
        command: "executor",
        args: ["--listen", LISTEN, "--bootstrap", bootstrap, ...prices, ...DRAIN_SOON, ...extra(index)],
      });
    }),
  );
}

/** One dishonest executor. */
export const startCheat = (nodeContext: NodeContext, bootstrap: string, cheat: Cheat): Promise<RunningNode> =>
  startNode(nodeContext, {
    ...{ account: DEVNET_ACCOUNTS.cheat, script: CHEAT, command: cheat },
    args: ["--bootstrap", bootstrap],
  });

/** The one that looks at the others. */
export const startObserver = (nodeContext: NodeContext, bootstrap: string, port: number): Promise<RunningNode> =>
  startNode(nodeContext, {
    ...{ account: DEVNET_ACCOUNTS.observer, command: "observe" },
    args: ["--bootstrap", bootstrap, "--observer-port", String(port)],
  });

/** Those that came up; throws what happened to the first if none did. */
async function someOf(starting: readonly Promise<RunningNode>[]): Promise<RunningNode[]> {
  const outcomes = await Promise.allSettled(starting);
  const running = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const [first] = outcomes;
  if (running.length === 0 && first?.status === "rejected") throw first.reason;
  return running;
}
