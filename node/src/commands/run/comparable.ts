import { LloomError } from "../../errors.ts";
import { buildNames } from "../../validator/calibrate/build-hook.ts";
import type { Configuration } from "../../validator/calibrate/calibrate.ts";

/** The widest and a common processor of each family; which of them there are depends on this machine. */
export const DEFAULT_BUILDS = ["haswell", "x64", "armv8.2_1", "armv8.0_1"] as const;
/** Settings to compare with, besides builds. */
export const SETTINGS_TO_COMPARE: Readonly<Record<string, Omit<Configuration, "name">>> = {
  "no-flash-attention": { computing: { flashAttention: false } },
  "shared-batches": { sharedBatches: true },
};

export type Comparing = "calibrate" | "confirm";

/** Honest nodes to measure: those that a flag names, or the defaults. Throws COMMAND_INVALID for what there is not here. */
export function comparable(flag: string | boolean | undefined, mode: Comparing): Configuration[] {
  const builds = buildNames();
  const names = flag === undefined ? DEFAULTS[mode](builds) : [...new Set(String(flag).split(","))];
  const compared = names.map((name) => configurationOf(name, builds));
  // Bounds are between the reference and others, itself among them.
  return mode === "calibrate" ? [{ name: "as-it-is" }, ...compared] : compared;
}

const settings = Object.keys(SETTINGS_TO_COMPARE);
const present = (builds: readonly string[]): string[] => DEFAULT_BUILDS.filter((name) => builds.includes(name));

/** Nodes that confirm differ in two ways at once: bounds are chosen by those that differ in one. */
const DEFAULTS: Readonly<Record<Comparing, (builds: readonly string[]) => string[]>> = {
  calibrate: (builds) => [...settings, ...present(builds)],
  confirm: (builds) => {
    const pairs = present(builds).map((build, index) => `${build}+${settings[index % settings.length]}`);
    return pairs.length > 0 ? pairs : settings;
  },
};

function configurationOf(name: string, builds: readonly string[]): Configuration {
  const parts = name.split("+");
  const unknown = parts.find((part) => !settings.includes(part) && !builds.includes(part));
  if (unknown !== undefined)
    throw new LloomError("COMMAND_INVALID", `--compare names "${unknown}", which there is not here.`, {
      next: `Give some of: ${[...settings, ...builds].join(", ")}.`,
    });
  const named = parts.filter((part) => builds.includes(part));
  if (named.length > 1 || new Set(parts).size < parts.length)
    throw new LloomError("COMMAND_INVALID", `--compare names "${name}", which is no node: it has one build.`, {
      next: "Join one build and different settings.",
    });
  const [build] = named;
  const changes = parts.map((part) => SETTINGS_TO_COMPARE[part] ?? {});
  return Object.assign({ name }, build === undefined ? {} : { build }, ...changes);
}
