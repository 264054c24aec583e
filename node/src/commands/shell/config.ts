import { httpEndpoint } from "@lloom/protocol/http-endpoint";
import { LloomError } from "../../errors.ts";
import type { Setting } from "../../setting-forms.ts";
import { SETTINGS, type SettingName } from "../../settings.ts";
import { announce, type Command, type CommandContext } from "../command.ts";

/** `lloom config show`: what the settings are here, and who says so. */
export const config: Command = {
  arguments: [{ form: "<action>", describe: "show" }],
  settings: Object.keys(SETTINGS) as SettingName[],
  needs: "nothing",
  flags: [
    { form: "--origin", describe: "with the flag, the variable or the file that each comes from" },
    { form: "--said", describe: "those alone that a flag, the environment or the file says" },
  ],
  examples: ["lloom config show", "lloom config show --origin --said", "lloom config show --json"],
  run: async (context) => {
    const [action = ""] = context.args;
    if (action !== "show")
      throw new LloomError("COMMAND_INVALID", `lloom config cannot "${action}".`, {
        next: "Show it: lloom config show",
      });
    const rows = (Object.keys(SETTINGS) as SettingName[])
      .map((name) => rowOf(context, name))
      .filter(({ origin }) => context.flags["said"] !== true || origin !== undefined);
    const settings = rows.map(({ key, shown, origin }) => ({ key, value: shown ?? null, origin: origin ?? "default" }));
    announce(context, { event: "config", settings }, linesOf(rows, context.flags["origin"] === true).join("\n"));
  },
};

interface Row {
  readonly key: string;
  /** Undefined for one that has no value. */
  readonly shown: string | undefined;
  /** Undefined for a default. */
  readonly origin: string | undefined;
}

function rowOf({ settings, originOf }: CommandContext, name: SettingName): Row {
  const { toml, isSecret }: Setting<unknown> = SETTINGS[name];
  const origin = originOf(name);
  // A file's key stands in the line already.
  return {
    key: toml,
    shown: shownValue(settings[name], isSecret === true),
    origin: origin?.replace(`${toml} in `, ""),
  };
}

/** Of what may hold a key, no more than where it leads. */
function shownValue(value: unknown, isSecret: boolean): string | undefined {
  if (value === undefined) return undefined;
  const text = Array.isArray(value) ? value.join(",") : String(value);
  if (!isSecret) return text;
  const endpoint = httpEndpoint(text);
  if (endpoint === undefined) return "(hidden)";
  const isBare = endpoint.authorization === undefined && endpoint.path === "/";
  return isBare ? endpoint.origin : `${endpoint.origin} (the rest is hidden)`;
}

function linesOf(rows: readonly Row[], withOrigin: boolean): string[] {
  const keyWidth = Math.max(0, ...rows.map(({ key }) => key.length));
  const lines: string[] = [];
  let section = "";
  for (const { key, shown = "-", origin = "default" } of rows.toSorted((a, b) =>
    sectionOf(a.key).localeCompare(sectionOf(b.key), "en"),
  )) {
    if (sectionOf(key) !== section && section !== "") lines.push("");
    section = sectionOf(key);
    lines.push(`${key.padEnd(keyWidth)}  ${shown === "" ? "-" : shown}`);
    if (withOrigin && origin !== "default") lines.push(`${" ".repeat(keyWidth)}  from ${origin}`);
    else if (withOrigin) lines[lines.length - 1] += "  (default)";
  }
  return lines;
}

const sectionOf = (key: string): string => key.slice(0, key.indexOf("."));
