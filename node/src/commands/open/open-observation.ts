import type { MeasuredRole } from "../../observe/metric-table.ts";
import { type Observation, openObservation } from "../../observe/observation.ts";
import type { SettingName } from "../../settings.ts";
import { VERSION } from "../../version.ts";
import type { CommandContext } from "../command.ts";

/** Settings of every role that can be measured. */
export const OBSERVATION_NAMES = [
  "metricsPort",
  "metricsHost",
  "otlpEndpoint",
] as const satisfies readonly SettingName[];

/** Begins to measure this process as the settings say; ends with the command. To be called before anything that is measured. */
export async function openOwnObservation(
  { settings, stack, log }: CommandContext,
  role: MeasuredRole,
): Promise<Observation> {
  const { metricsPort, metricsHost, otlpEndpoint } = settings;
  return stack.use(await openObservation({ role, version: VERSION, metricsPort, metricsHost, otlpEndpoint, log }));
}

/** A line for people where there is an address. */
export const metricsLine = (url: string | undefined): string[] =>
  url === undefined ? [] : [`Metrics: ${url}/metrics`];
