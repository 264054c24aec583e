import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { refuseFormerNames, SHARED_VARIABLES } from "@lloom/protocol/environment";
import { parse, TomlError } from "smol-toml";
import { type DataHome, findDataHome } from "./data-home.ts";
import { LloomError } from "./errors.ts";
import { filePlace, processHome } from "./file-place.ts";
import { refuseMended } from "./mended-text.ts";
import { nearestName } from "./nearest-name.ts";
import { readOutsideFile } from "./outside-file.ts";
import type { Setting } from "./setting-forms.ts";
import { SETTINGS, type SettingName, type Settings } from "./settings.ts";

/** Where values come from, strongest first. */
export interface ConfigSources {
  /** By setting name, as the command line gave them. */
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Explicit `--config`; otherwise `lloom.toml` in the working directory, if there is one. */
  readonly file?: string | undefined;
  /** Defaults of the command that differ from the settings' own; that of `dataDir` is always the caller's. */
  readonly defaults?: Partial<Settings>;
}

/** A setting with where it came from. */
interface Found {
  readonly value: unknown;
  readonly origin: string;
  /** Where a relative path begins in it: the file's own folder, or the working directory. */
  readonly folder: string;
}

const DEFAULT_FILE = "lloom.toml";
const PREFIX = "LLOOM_";

/** The name of a setting's environment variable. */
export const environmentName = ({ flag, variable }: Pick<Setting<unknown>, "flag" | "variable">): string =>
  variable ?? `${PREFIX}${flag.replaceAll("-", "_").toUpperCase()}`;

/**
 * Flags over environment over lloom.toml over defaults, each value checked.
 * Throws CONFIG_INVALID with the place of the bad value and what it should be.
 */
export function readConfig(sources: ConfigSources, file: TomlFile = readFile(sources.file)): Settings {
  refuseUnknownKeys(file);
  refuseUnknownVariables(sources.environment);
  const values = Object.entries<Setting<unknown>>(SETTINGS).map(([name, setting]) => {
    const found = find(name as SettingName, sources, file);
    const fallback = sources.defaults?.[name as SettingName] ?? setting.fallback;
    return [name, found === undefined ? fallback : check(setting, found)];
  });
  return Object.fromEntries(values) as Settings;
}

/** What is right of settings whose file, environment or flags are not: of flags and environment, of flags alone, or the defaults. */
export function readWhatIsRight({ flags, environment, defaults = {} }: ConfigSources): Settings {
  for (const left of [
    { flags, environment },
    { flags, environment: {} },
    { flags: {}, environment: {} },
  ])
    try {
      return readConfig({ ...left, defaults }, NO_FILE);
    } catch (thrown) {
      if (!(thrown instanceof LloomError)) throw thrown;
    }
  throw new LloomError("INTERNAL", "The defaults of the settings are not valid.");
}

/** The configuration file, absolute, if the value of one of these settings comes from it. */
export function decidingFile(sources: ConfigSources, names: readonly SettingName[]): string | undefined {
  const file = readFile(sources.file);
  const decides = (name: SettingName): boolean =>
    file.values.has(SETTINGS[name].toml) && find(name, sources, NO_FILE) === undefined;
  return names.some(decides) ? file.path : undefined;
}

/** Whether a flag, the environment or the file says a setting, be it what it would be anyway. */
export const isSaid = (sources: ConfigSources, name: SettingName): boolean => originOf(sources, name) !== undefined;

/** Which flag, variable or file a setting comes from; undefined for a default. */
export const originOf = (sources: ConfigSources, name: SettingName): string | undefined =>
  find(name, sources, readFile(sources.file))?.origin;

/** The sources of this process. */
export const processSources = (given: Omit<ConfigSources, "environment">): ConfigSources => ({
  ...given,
  environment: process.env,
});

/** Where the data of this process's user are, unless a setting says otherwise. */
export const processDataHome = (): DataHome =>
  findDataHome({ platform: process.platform, environment: process.env, home: processHome(), folder: process.cwd() });

interface TomlFile {
  /** Absolute. */
  readonly path: string;
  /** `section.key` to value. */
  readonly values: ReadonlyMap<string, unknown>;
}

const NO_FILE: TomlFile = { path: "", values: new Map() };

function readFile(explicit: string | undefined): TomlFile {
  const path = absolute(explicit ?? DEFAULT_FILE, { origin: "--config", folder: process.cwd() });
  const text = readText(path, explicit !== undefined);
  return { path, values: text === undefined ? new Map() : flatten(path, text) };
}

function readText(path: string, required: boolean): string | undefined {
  if (!required && !existsSync(path)) return undefined;
  return readOutsideFile({
    path,
    what: `The configuration file ${path}`,
    code: "CONFIG_INVALID",
    next: "Give --config the path of a readable lloom.toml.",
  });
}

function flatten(path: string, text: string): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [section, entries] of Object.entries(parseToml(path, text))) {
    if (typeof entries !== "object" || entries === null || Array.isArray(entries) || entries instanceof Date)
      throw new LloomError("CONFIG_INVALID", `${path}: ${section} stands outside a section.`, {
        next: "Put it under its section, for example [network].",
      });
    for (const [key, value] of Object.entries(entries)) values.set(`${section}.${key}`, value);
  }
  return values;
}

function parseToml(path: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (cause) {
    const problem = (cause as Error).message.split("\n")[0]?.replace(/^Invalid TOML document: /, "");
    const place = cause instanceof TomlError ? `, line ${cause.line}, column ${cause.column}` : "";
    throw new LloomError("CONFIG_INVALID", `${path}${place} is not valid TOML: ${problem}.`, {
      cause,
      next: "Correct the line, or start from docs/lloom.example.toml.",
    });
  }
}

function refuseUnknownKeys({ path, values }: TomlFile): void {
  const known = new Set<string>(Object.values(SETTINGS).map((setting) => setting.toml));
  for (const key of values.keys())
    if (!known.has(key))
      throw new LloomError("CONFIG_INVALID", `${path} has an unknown setting: ${key}.`, {
        next: `${didYouMean(nearestName(key, [...known]))}Known settings: ${[...known].join(", ")}.`,
      });
}

/** A mistyped variable would leave a price or a path at its default without a word. */
function refuseUnknownVariables(environment: ConfigSources["environment"]): void {
  refuseFormerNames(environment);
  const known = Object.values<Setting<unknown>>(SETTINGS).map(environmentName);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(PREFIX) || known.includes(name) || Object.hasOwn(SHARED_VARIABLES, name)) continue;
    const bare = known.map((one) => one.slice(PREFIX.length));
    const nearest = nearestName(name.slice(PREFIX.length), bare);
    throw new LloomError("CONFIG_INVALID", `The environment has an unknown setting: ${name}.`, {
      next: `${didYouMean(nearest && `${PREFIX}${nearest}`)}Correct its name, or unset it; docs/configuration.md lists all settings.`,
    });
  }
}

const didYouMean = (name: string | undefined): string => (name === undefined ? "" : `Did you mean ${name}? `);

function find(name: SettingName, { flags, environment }: ConfigSources, file: TomlFile): Found | undefined {
  const setting: Setting<unknown> = SETTINGS[name];
  const split = (text: string): unknown =>
    setting.list === true
      ? text
          .split(",")
          .map((part) => part.trim())
          .filter((part) => part !== "")
      : text;
  const flag = flags[name];
  if (flag !== undefined) return { value: split(flag), origin: `--${setting.flag}`, folder: process.cwd() };
  const variable = environmentName(setting);
  const fromEnvironment = environment[variable];
  refuseMended(fromEnvironment, { what: variable, code: "CONFIG_INVALID" });
  if (fromEnvironment !== undefined) return { value: split(fromEnvironment), origin: variable, folder: process.cwd() };
  if (!file.values.has(setting.toml)) return undefined;
  const origin = `${setting.toml} in ${file.path}`;
  return { value: file.values.get(setting.toml), origin, folder: dirname(file.path) };
}

function check(setting: Setting<unknown>, found: Found): unknown {
  const parsed = setting.schema.safeParse(found.value);
  if (parsed.success) return placed(setting, parsed.data, found);
  const problem = parsed.error.issues[0];
  const shown = setting.isSecret === true ? "" : `; it is ${JSON.stringify(found.value)}`;
  throw new LloomError("CONFIG_INVALID", `${found.origin} ${problem?.message ?? "is not valid"}${shown}.`, {
    next: `It means: ${setting.describe}.`,
  });
}

/** The value with the files that it names made absolute. Throws CONFIG_INVALID. */
function placed({ isFile }: Setting<unknown>, value: unknown, found: Found): unknown {
  if (isFile === undefined) return value;
  const place = (one: string): string => (isFile(one) ? absolute(one, found) : one);
  return Array.isArray(value) ? value.map(place) : place(String(value));
}

const absolute = (named: string, { origin, folder }: Pick<Found, "origin" | "folder">): string =>
  filePlace({ named, what: origin, code: "CONFIG_INVALID", folder, home: processHome() });

/** The value of a setting without a default, or CONFIG_INVALID that says how to give it. */
export function need<T>(value: T | undefined, name: SettingName): T {
  if (value !== undefined) return value;
  const setting: Setting<unknown> = SETTINGS[name];
  const { flag, value: form, toml, describe } = setting;
  throw new LloomError("CONFIG_INVALID", `${sentence(describe)} is not set.`, {
    next: `Give --${flag} ${form}, or ${environmentName(setting)}, or ${toml} in lloom.toml.`,
  });
}

const sentence = (text: string): string => `The setting "${text}"`;

/** A file of the data directory. */
export const dataFile = (settings: Settings, name: string): string => join(settings.dataDir, name);
