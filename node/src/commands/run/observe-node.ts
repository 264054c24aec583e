import type { ClockWatch } from "../../clock/clock-watch.ts";
import type { LloomError } from "../../errors.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { Reason } from "../../observe/readiness.ts";
import type { Host } from "../../p2p/host/host.ts";
import type { DutyKind, DutyLog } from "../../store/duty-log.ts";
import type { DiskRoom } from "../../store/files/disk-room.ts";

/** What every role has, and can be looked at. */
export interface Observed {
  readonly host: Pick<Host, "peers">;
  readonly clock: Pick<ClockWatch, "skewMs">;
  readonly store: Pick<DutyLog, "openDuties">;
  readonly room: Pick<DiskRoom, "freeBytes" | "problem">;
}

/** Lets the metrics read how a node stands that has these kinds of duties; returns what may keep any node from its work. */
export function observeNode(
  metrics: Metrics,
  { host, clock, store, room }: Observed,
  kinds: readonly DutyKind[],
): Reason[] {
  metrics.read("lloom_peers", () => host.peers());
  metrics.read("lloom_clock_skew_seconds", () => clock.skewMs / 1000);
  metrics.read("lloom_disk_free_bytes", () => room.freeBytes ?? Number.POSITIVE_INFINITY);
  metrics.read("lloom_duties_open", () =>
    kinds.map((kind) => {
      const open = store.openDuties(kind).filter(({ endedAt }) => endedAt === undefined);
      return [{ kind }, open.length] as const;
    }),
  );
  return [() => sentenceOf(room.problem())];
}

const sentenceOf = (problem: LloomError | undefined): string | undefined =>
  problem && `${problem.message} ${problem.next}`;
