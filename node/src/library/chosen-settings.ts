import { hexToBytes } from "@lloom/protocol/hex";
import { processDataHome } from "../config.ts";
import { LloomError } from "../errors.ts";
import { filePlace, processHome } from "../file-place.ts";
import type { Setting } from "../setting-forms.ts";
import { SETTINGS, type SettingName, type Settings } from "../settings.ts";
import type { LloomClientOptions } from "./public-types.ts";

/** Options that are settings, too, with the setting that each of them is. */
const SAME: Readonly<Partial<Record<keyof LloomClientOptions, SettingName>>> = {
  rpcUrl: "rpc",
  network: "network",
  accounting: "accounting",
  audits: "audits",
  bootstrap: "bootstrap",
  keystore: "keystore",
  dataDir: "dataDir",
  executors: "executors",
  verify: "verify",
  exploration: "exploration",
  logLevel: "logLevel",
};

/**
 * The settings that options stand for: neither the environment nor a file says anything, since a program's client is the program's own.
 * Throws CONFIG_INVALID that names the option.
 */
export function settingsOf(options: LloomClientOptions): Settings {
  if (options.network === undefined && options.accounting === undefined)
    throw new LloomError("CONFIG_INVALID", "Neither network nor accounting says which network is meant.", {
      next: "Give createClient the name of a network, or the address of its AccountingV2.",
    });
  const defaults = Object.entries<Setting<unknown>>(SETTINGS).map(([name, { fallback }]) => [name, fallback]);
  const given = Object.entries(SAME)
    .filter(([option]) => options[option as keyof LloomClientOptions] !== undefined)
    .map(([option, name]) => [name, checked(option, SETTINGS[name], options[option as keyof LloomClientOptions])]);
  return { ...Object.fromEntries([...defaults, ...OWN, ...given]), dataDir: dataDirOf(options) } as Settings;
}

/** A program's client looks for nobody whom the program does not name. */
const OWN: readonly [SettingName, unknown][] = [
  ["mdns", "off"],
  ["logLevel", "silent"],
];

function checked(option: string, { schema, isSecret, describe, isFile }: Setting<unknown>, value: unknown): unknown {
  const { success, data, error } = schema.safeParse(value);
  if (!success)
    throw new LloomError(
      "CONFIG_INVALID",
      `${option} ${error.issues[0]?.message ?? "is not valid"}${isSecret === true ? "" : `; it is ${JSON.stringify(value)}`}.`,
      { next: `It means: ${describe}.` },
    );
  return isFile === undefined ? data : placed(option, String(data));
}

const placed = (option: string, named: string): string =>
  filePlace({ named, what: option, code: "CONFIG_INVALID", folder: process.cwd(), home: processHome() });

/** As `lloom` has it, where the program does not say. */
function dataDirOf({ dataDir }: LloomClientOptions): string {
  if (dataDir !== undefined) return placed("dataDir", dataDir);
  const { path, problem } = processDataHome();
  if (problem !== undefined) throw problem;
  return path;
}

/** The secret key as bytes. Throws KEYSTORE_INVALID, and never shows it. */
export function secretOf(key: string | Uint8Array): Uint8Array {
  if (typeof key !== "string") return key;
  if (/^0x[0-9a-fA-F]{64}$/.test(key)) return hexToBytes(key.toLowerCase() as `0x${string}`);
  throw new LloomError("KEYSTORE_INVALID", "key is not 0x and 64 hex digits.", {
    next: "Give key those or 32 bytes, or keystore and password.",
  });
}
