import { mkdirSync } from "node:fs";
import { LLOOM } from "../../../checkout/paths.ts";
import { Ports } from "../../../devnet/src/ports.ts";
import { openRunFolder } from "../../../devnet/src/run-folder.ts";
import { Supervisor } from "../../../devnet/src/supervisor.ts";
import { type Floor, startFloor } from "../floored/start-floor.ts";
import { profileFlags } from "../profile/profile-folder.ts";
import { type BenchNetwork, startBenchNetwork } from "./bench-network.ts";
import { fund } from "./fund.ts";
import type { Done, Job } from "./generator-jobs.ts";
import { type Subject, startHelper, startReferences } from "./helpers.ts";
import { untilInterrupted } from "./interrupted.ts";
import { WorkMeter } from "./work-meter.ts";

export interface ServingOptions {
  /** Where profiles of executor and gateway go, if they are wanted. */
  readonly profileDir: string | undefined;
}

/** Everybody who is measured: the same questions go to all of them, from one load generator. */
export interface Serving {
  /** The backend itself, those who pass calls on to it, and last Lloom. */
  readonly subjects: readonly Subject[];
  readonly lloom: Subject;
  /** What serves Lloom's answers. */
  readonly network: BenchNetwork;
  readonly signal: AbortSignal;
  /** Rejects when a part ends, or at Ctrl-C. */
  readonly run: <J extends Job>(job: J) => Promise<Done<J>>;
  /** What executor and gateway do for Lloom's answers. */
  readonly meter: WorkMeter;
  readonly say: (text: string) => void;
  /** Starts the least that an answer could be, for who compares. */
  readonly startFloor: () => Promise<Floor>;
}

/** Milliseconds between tokens, of the models that the backend serves beside the one that answers at once. */
export const PACES = { latency: 10, held: 500 } as const;

const say = (text: string): void => void process.stderr.write(`  ${text} …\n`);

/** Starts all of it, measures, and ends all of it, whatever happens and also at Ctrl-C. */
export async function withServing<T>(
  { profileDir }: ServingOptions,
  measure: (serving: Serving) => Promise<T>,
): Promise<T> {
  using interrupted = untilInterrupted();
  await using stack = new AsyncDisposableStack();
  const { dataDir: dir, logDir, home } = stack.use(openRunFolder());
  const ports = stack.use(new Ports());
  const over = new AbortController();
  const supervisor = stack.use(new Supervisor(logDir, { home, tell: say }));
  if (profileDir !== undefined) mkdirSync(profileDir, { recursive: true });
  const flags = profileDir === undefined ? [] : profileFlags(profileDir);
  // A profile is split by the files of the functions, which the usual program no longer has.
  const program = profileDir === undefined ? undefined : LLOOM;
  const nodes = stack.use(new Supervisor(logDir, { home, tell: say, flags }));
  stack.defer(() => over.abort());
  const signal = AbortSignal.any([interrupted.signal, over.signal]);
  const failed = Promise.race([supervisor.failure, nodes.failure, interrupted.failure]);
  failed.catch(() => undefined);
  const working = (async (): Promise<T> => {
    const backendUrl = await startHelper(supervisor, "backend-server", Object.values(PACES).map(String));
    const generatorUrl = await startHelper(supervisor, "generator", []);
    const run = <J extends Job>(job: J): Promise<Done<J>> => Promise.race([post(generatorUrl, job, signal), failed]);
    const references = await ableOf(run, await startReferences({ supervisor, ports, dir }, backendUrl));
    const chainPort = await ports.next(FIRST_CHAIN_PORT);
    const network = await startBenchNetwork({ supervisor, nodes, program, dir, chainPort, backendUrl, say, signal });
    const { executor, gateway } = network;
    const lloom: Subject = { name: "lloom", url: network.gatewayUrl };
    say("lanes");
    await fund(run, lloom);
    const subjects = [{ name: "direct", url: backendUrl }, ...references, lloom];
    const meter = new WorkMeter({ gateway: gateway.process.pid, executor: executor.process.pid });
    const floor = (): Promise<Floor> => startFloor(supervisor, dir, backendUrl);
    return measure({ subjects, lloom, network, signal, run, meter, say, startFloor: floor });
  })();
  // What still waits when a part has failed ends with the processes.
  working.catch(() => undefined);
  return await Promise.race([working, failed]);
}

/** Those that can do what is asked: a program that this machine has may be one that does not run here. */
async function ableOf(run: Serving["run"], references: readonly Subject[]): Promise<Subject[]> {
  const able: Subject[] = [];
  for (const target of references) {
    const stream = { tokens: 4, paceMs: PACES.latency, parallel: 1, rampMs: 0, each: 1 };
    const { streams, firstProblem } = await run({ kind: "streams", target, ...stream });
    if (streams.every(({ isWhole }) => isWhole)) able.push(target);
    else say(`${target.name} is left out: ${firstProblem}`);
  }
  return able;
}

const FIRST_CHAIN_PORT = 18_545;

async function post<J extends Job>(url: string, job: J, signal: AbortSignal): Promise<Done<J>> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(job), signal });
  const body = await response.text();
  if (!response.ok) throw new Error(`The load generator refused: ${body}`);
  return JSON.parse(body) as Done<J>;
}
