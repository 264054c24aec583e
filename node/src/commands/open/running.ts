import { dataFile } from "../../config.ts";
import type { Settings } from "../../settings.ts";
import { lockHolder } from "../../store/files/lock.ts";
import type { LogFile } from "./log-files.ts";

/** What a node does. A gateway is a client. */
export type Role = "executor" | "validator" | "client";

/** Processes that work with a data directory, by what they do; 0 for one whose number is not known. */
export type RunningRoles = Readonly<Partial<Record<Role, number>>>;

export const ROLES = ["executor", "validator", "client"] as const satisfies readonly Role[];
/** The log of each role. */
export const LOG_OF = {
  executor: "executor.sqlite",
  validator: "validator.sqlite",
  client: "client.sqlite",
} as const satisfies Record<Role, LogFile>;

/** Who writes the logs of the data directory now. */
export function runningRoles(settings: Settings): RunningRoles {
  const found: Partial<Record<Role, number>> = {};
  for (const role of ROLES) {
    const holder = lockHolder(`${dataFile(settings, LOG_OF[role])}.lock`);
    if (holder !== undefined) found[role] = holder.pid ?? 0;
  }
  return found;
}
