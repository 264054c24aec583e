import type { SettingName } from "../settings.ts";
import type { Command } from "./command.ts";

/** Settings that a command has by what it needs. */
const ALWAYS: readonly SettingName[] = ["logLevel"];
const OF_KEY: readonly SettingName[] = ["keystore", "passwordFile", "dataDir", ...ALWAYS];
const NEEDED = {
  nothing: ALWAYS,
  key: OF_KEY,
  network: ["rpc", "network", "accounting", ...OF_KEY],
} as const satisfies Record<string, readonly SettingName[]>;

/** Every setting whose flag a command takes, each once. */
export const settingsTaken = ({ settings, needs = "network" }: Command): readonly SettingName[] => [
  ...new Set([...settings, ...NEEDED[needs]]),
];
