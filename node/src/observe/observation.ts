import type { Log } from "../log.ts";
import type { MeasuredRole } from "./metric-table.ts";
import { Metrics } from "./metrics.ts";
import { openObservationServer } from "./observation-server.ts";
import { type Readiness, type Reason, readiness } from "./readiness.ts";
import { recordCalls, recordServed } from "./record-answers.ts";
import { type ChainSeen, recordNode } from "./record-node.ts";
import { recordProcess } from "./record-process.ts";
import { openTraces } from "./traces.ts";

export interface ObservationSettings {
  readonly role: MeasuredRole;
  readonly version: string;
  readonly metricsHost: string;
  /** Undefined: nothing is served. */
  readonly metricsPort: number | undefined;
  /** Undefined: no traces. */
  readonly otlpEndpoint: string | undefined;
  readonly log: Log;
}

/** What shows how a node is doing. */
export interface Observation extends AsyncDisposable {
  readonly metrics: Metrics;
  /** Serves what the settings say, once the node can tell whether it is ready. Resolves with the address, if there is one. */
  serve(reasons: readonly Reason[]): Promise<string | undefined>;
}

function recordAll(metrics: Metrics, role: MeasuredRole, stack: DisposableStack): ChainSeen {
  recordProcess(metrics, stack);
  if (role === "gateway") recordCalls(metrics, stack);
  if (role === "executor") recordServed(metrics, stack);
  return recordNode(metrics, stack);
}

/** Begins to measure, before the node does anything that is worth it. Throws CONFIG_INVALID, PORT_TAKEN when serving. */
export async function openObservation(settings: ObservationSettings): Promise<Observation> {
  const { role, version, log, metricsHost: host, metricsPort: port, otlpEndpoint: endpoint } = settings;
  await using opening = new AsyncDisposableStack();
  const metrics = new Metrics(role);
  const stack = opening.use(new DisposableStack());
  // A gateway has metrics at its own address, too; of any other role nobody could read them.
  const isRead = port !== undefined || role === "gateway";
  const chain = isRead ? recordAll(metrics, role, stack) : undefined;
  metrics.read("lloom_info", () => [[{ version }, 1]]);
  if (endpoint !== undefined) opening.use(await openTraces({ role, version, endpoint, log }));
  const open = opening.move();
  return {
    metrics,
    serve: async (reasons) => {
      const ready = (): Promise<Readiness> => readiness([...reasons, ...(chain === undefined ? [] : [chain.problem])]);
      metrics.read("lloom_ready", async () => ((await ready()).status === "ready" ? 1 : 0));
      if (port === undefined) return undefined;
      const server = open.use(await openObservationServer({ host, port, metrics, ready }));
      log.info({ url: server.url }, "metrics are served");
      return server.url;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
