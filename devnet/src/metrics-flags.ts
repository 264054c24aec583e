import type { Ports } from "./ports.ts";

/** The gateway's; those of validators and executors follow. deploy/prometheus/prometheus.yml names the same. */
export const FIRST_METRICS_PORT = 9464;

/** Flags by which the network's members show their metrics, each at a port of its own. */
export interface MetricsFlags {
  readonly gateway: readonly string[];
  /** By index, from 0. */
  readonly validators: readonly (readonly string[])[];
  readonly executors: readonly (readonly string[])[];
}

/** Takes ports that are free, in the order in which people look for them. */
export async function metricsFlags(ports: Ports): Promise<MetricsFlags> {
  const next = async (): Promise<string[]> => ["--metrics-port", String(await ports.next(FIRST_METRICS_PORT))];
  return {
    gateway: await next(),
    validators: [await next(), await next()],
    executors: [await next(), await next(), await next()],
  };
}
