import type { Executor } from "../../executor/executor.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { Reason } from "../../observe/readiness.ts";
import type { ExecutorLog } from "../../store/executor/executor-log.ts";
import { type Observed, observeNode } from "./observe-node.ts";

interface ObservedExecutor extends Observed {
  readonly running: Pick<Executor, "status">;
  readonly store: Pick<ExecutorLog, "openDuties" | "unsettledLanes">;
}

/** Lets the metrics read how an executor stands; returns what may keep it from selling. */
export function observeExecutor(metrics: Metrics, observed: ObservedExecutor): Reason[] {
  const { running, store, host } = observed;
  const reasons = observeNode(metrics, observed, ["answer", "defend"]);
  metrics.read("lloom_num_requests_running", () => running.status().running);
  metrics.read("lloom_num_requests_waiting", () => running.status().waiting);
  metrics.read("lloom_owed_base_units", () => Number(running.status().owed));
  metrics.read("lloom_offers", () => running.status().models.length);
  metrics.read("lloom_lanes", () => store.unsettledLanes());
  return [
    ...reasons,
    () => (running.status().draining ? "The executor is draining: it takes no new requests." : undefined),
    () =>
      running.status().models.length === 0
        ? "No model is on offer: the backend does not answer, or has none of --models."
        : undefined,
    () => (host.peers() === 0 ? "No peer is connected: check --bootstrap and the network." : undefined),
  ];
}
