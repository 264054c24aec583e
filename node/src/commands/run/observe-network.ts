import type { Metrics } from "../../observe/metrics.ts";
import type { Reason } from "../../observe/readiness.ts";
import type { Observer } from "../../observer/observer-options.ts";
import { type Observed, observeNode } from "./observe-node.ts";

interface ObservedObserver extends Omit<Observed, "store"> {
  readonly observer: Pick<Observer, "offerCount" | "executorCount">;
}

/** Lets the metrics read how an observer stands; returns what may keep it from seeing anything. */
export function observeNetwork(metrics: Metrics, { observer, host, ...observed }: ObservedObserver): Reason[] {
  metrics.read("lloom_offers", () => observer.offerCount());
  metrics.read("lloom_observed_executors", () => observer.executorCount());
  // It has no duties: whatever it sees, others act.
  const store = { openDuties: () => [] };
  return [
    ...observeNode(metrics, { ...observed, host, store }, []),
    () => (host.peers() === 0 ? "No peer is connected. Check --bootstrap." : undefined),
    () =>
      observer.offerCount() === 0 ? "No executor's offer was heard yet. They are told every few seconds." : undefined,
  ];
}
