import { wallClock } from "../../primitives/clock.ts";
import { type Earned, earnedSince, requestsUnderWay } from "../../store/executor/earned.ts";
import { VERSION } from "../../version.ts";
import type { CommandContext } from "../command.ts";
import type { View } from "../deeds/account.ts";
import { readOwnLog } from "../deeds/own-log.ts";
import { type RunningRoles, runningRoles } from "../open/running.ts";
import type { Fact } from "../words.ts";
import { counted } from "../words.ts";

/** How the node of a data directory does, by its locks, its executor's log and its own metrics. */
export interface RunningNode {
  readonly roles: RunningRoles;
  /** Since midnight UTC; undefined without an executor's log. */
  readonly today: Earned | undefined;
  /** Requests that the executor has accepted and not answered; undefined without its log. */
  readonly underWay: number | undefined;
  /** What its `/metrics` say; undefined where none are served. */
  readonly gauges: NodeGauges | undefined;
}

/** What a node says of itself by its metrics. */
export interface NodeGauges {
  readonly peers: number | undefined;
  readonly running: number | undefined;
  readonly waiting: number | undefined;
}

const DAY_MS = 86_400_000;
const ASK_MS = 2_000;

export async function readRunningNode(context: CommandContext, view: View): Promise<RunningNode> {
  const roles = runningRoles(context.settings);
  const log = readOwnLog(context, view, { file: "executor.sqlite" });
  const now = wallClock();
  return {
    roles,
    today: log && earnedSince(log, now - (now % DAY_MS)),
    underWay: log && requestsUnderWay(log),
    gauges: Object.keys(roles).length === 0 ? undefined : await readGauges(context),
  };
}

/** A node that serves no metrics, or not here, is no failure. */
export async function readGauges({ settings, signal }: CommandContext): Promise<NodeGauges | undefined> {
  const { metricsHost, metricsPort } = settings;
  if (metricsPort === undefined || metricsPort === 0) return undefined;
  const host = metricsHost.includes(":") ? `[${metricsHost}]` : metricsHost;
  try {
    const asking = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]);
    return gaugesOf(await (await fetch(`http://${host}:${metricsPort}/metrics`, { signal: asking })).text());
  } catch {
    return undefined;
  }
}

/** The gauges in a text of Prometheus. */
export function gaugesOf(text: string): NodeGauges {
  const gaugeOf = (name: string): number | undefined => {
    const [, value] = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)$`, "m").exec(text) ?? [];
    return value === undefined ? undefined : Number(value);
  };
  return {
    peers: gaugeOf("lloom_peers"),
    running: gaugeOf("lloom_num_requests_running"),
    waiting: gaugeOf("lloom_num_requests_waiting"),
  };
}

/** The same for people. */
export function nodeFacts({ roles, today, underWay, gauges }: RunningNode, shown: (amount: bigint) => string): Fact[] {
  const names = Object.entries(roles).map(([role, pid]) => `${role}${pid === 0 ? "" : `, process ${pid}`}`);
  const facts: Fact[] = [
    ["Service", names.length === 0 ? "nothing runs with this data directory" : names.join("; ")],
    ["Version", VERSION],
  ];
  if (gauges?.peers !== undefined) facts.push(["Peers", `${gauges.peers} connected`]);
  if (gauges?.running !== undefined) facts.push(["Queue", `${gauges.running} running, ${gauges.waiting ?? 0} waiting`]);
  else if (underWay !== undefined) facts.push(["Queue", `${counted(underWay, "request")} under way`]);
  if (today !== undefined)
    facts.push(["Today", `${shown(today.total)} earned by ${counted(today.answers, "answer")} since midnight UTC`]);
  return facts;
}
