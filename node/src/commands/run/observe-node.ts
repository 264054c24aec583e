import type { ClockWatch } from "../../clock/clock-watch.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { Host } from "../../p2p/host/host.ts";
import type { DutyKind, DutyLog } from "../../store/duty-log.ts";

/** What every role has, and can be looked at. */
export interface Observed {
  readonly host: Pick<Host, "peers">;
  readonly clock: Pick<ClockWatch, "skewMs">;
  readonly store: Pick<DutyLog, "openDuties">;
}

/** Lets the metrics read how a node stands that has these kinds of duties. */
export function observeNode(metrics: Metrics, { host, clock, store }: Observed, kinds: readonly DutyKind[]): void {
  metrics.read("lloom_peers", () => host.peers());
  metrics.read("lloom_clock_skew_seconds", () => clock.skewMs / 1000);
  metrics.read("lloom_duties_open", () =>
    kinds.map((kind) => {
      const open = store.openDuties(kind).filter(({ endedAt }) => endedAt === undefined);
      return [{ kind }, open.length] as const;
    }),
  );
}
