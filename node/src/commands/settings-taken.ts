import type { SettingName } from "../settings.ts";
import type { Command } from "./command.ts";

/** Settings that a command has by what it needs. */
const ALWAYS: readonly SettingName[] = ["logLevel"];
const OF_KEY: readonly SettingName[] = ["keystore", "passwordFile", "dataDir", ...ALWAYS];
const OF_NETWORK: readonly SettingName[] = ["rpc", "network", "accounting", ...OF_KEY];
const NEEDED = {
  nothing: ALWAYS,
  key: OF_KEY,
  network: OF_NETWORK,
  account: [...OF_NETWORK, "signerUrl", "signerAddress"],
} as const satisfies Record<string, readonly SettingName[]>;

/** Every setting whose flag a command takes, each once. */
export const settingsTaken = ({ settings, needs = "network" }: Command): readonly SettingName[] => [
  ...new Set([...settings, ...NEEDED[needs]]),
];
