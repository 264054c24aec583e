import { type EventLoopUtilization, monitorEventLoopDelay, performance } from "node:perf_hooks";
import { wallClock } from "../primitives/clock.ts";
import type { Metrics } from "./metrics.ts";

/** How often the event loop is tried; the delays that are measured hold it, too. */
const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;

/** Measures the process itself. The event loop is looked at from the first scrape on, so that it costs nobody else anything. */
export function recordProcess(metrics: Metrics, stack: DisposableStack): void {
  const startedAt = wallClock() / 1000 - process.uptime();
  metrics.read("process_start_time_seconds", () => startedAt);
  metrics.read("process_resident_memory_bytes", () => process.memoryUsage.rss());
  metrics.read("nodejs_heap_size_used_bytes", () => process.memoryUsage().heapUsed);
  metrics.readCounter("process_cpu_seconds_total", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  let last: EventLoopUtilization | undefined;
  metrics.read("lloom_event_loop_utilization", () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  });
  let delays: ReturnType<typeof monitorEventLoopDelay> | undefined;
  stack.defer(() => delays?.disable());
  metrics.read("lloom_event_loop_lag_seconds", () => {
    if (delays === undefined) {
      delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      delays.enable();
    }
    const lag = (nanoseconds: number): number =>
      Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000) : 0;
    const measured =
      delays.count === 0 ? [0, 0, 0] : [delays.percentile(50), delays.percentile(99), delays.max].map(lag);
    delays.reset();
    return ["0.5", "0.99", "1"].map((quantile, index) => [{ quantile }, measured[index] ?? 0] as const);
  });
}
