import { jsonText } from "@lloom/protocol/json-text";
import { Command as Commander, CommanderError } from "commander";
import { COMMANDS } from "./commands/catalogue.ts";
import type { Command, CommandContext } from "./commands/command.ts";
import { NETWORK_SETTINGS } from "./commands/open/own-network.ts";
import { settingsTaken } from "./commands/settings-taken.ts";
import { sentenceText } from "./commands/terminal-text.ts";
import { wrongUse } from "./commands/wrong-use.ts";
import {
  decidingFile,
  environmentName,
  isSaid,
  originOf,
  processDataHome,
  processSources,
  readConfig,
  readWhatIsRight,
} from "./config.ts";
import { exitCodeOf, live } from "./daemon.ts";
import { asLloomError, type LloomError } from "./errors.ts";
import { createLog } from "./log.ts";
import { refuseMended } from "./mended-text.ts";
import { keepHeapSmall } from "./primitives/small-heap.ts";
import type { Setting } from "./setting-forms.ts";
import { SETTINGS, type SettingName, type Settings } from "./settings.ts";
import { VERSION } from "./version.ts";

const camelCase = (flag: string): string => flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function describeSetting(name: SettingName, { defaults }: Command): string {
  const setting: Setting<unknown> = SETTINGS[name];
  const fallback = name === "dataDir" ? processDataHome().path : (defaults?.[name] ?? setting.fallback);
  const shown = Array.isArray(fallback) ? fallback.join(",") : String(fallback ?? "");
  return shown === "" ? setting.describe : `${setting.describe} (default: ${shown})`;
}

/** Prints a failure: one sentence, the next step, and for programs the same as JSON. */
function report(error: LloomError, json: boolean): void {
  const { code, message, next, retryable, details } = error;
  process.stderr.write(
    json
      ? `${jsonText({ error: { code, message, next, retryable, details } })}\n`
      : sentenceText(`${code}: ${message}\n  ${next}\n`),
  );
}

/** The flag of a setting; one that takes a list may also be given several times. */
function offer(sub: Commander, name: SettingName, command: Command): void {
  const { flag, value, list }: Setting<unknown> = SETTINGS[name];
  const [form, describe] = [`--${flag} <${value}>`, describeSetting(name, command)];
  if (list !== true) sub.option(form, describe);
  else sub.option(form, describe, (one: string, before?: string) => (before === undefined ? one : `${before},${one}`));
}

function register(sub: Commander, name: string, command: Command): void {
  for (const { form, describe } of command.arguments ?? []) sub.argument(form, describe);
  const names = settingsTaken(command);
  for (const setting of names) offer(sub, setting, command);
  for (const flag of command.flags ?? []) sub.option(flag.form, flag.describe);
  sub.option("--config <FILE>", "configuration file (default: lloom.toml here, if there is one)");
  sub.option("--json", "machine-readable output");
  sub.addHelpText("after", `\nExamples:\n${command.examples.map((line) => `  ${line}`).join("\n")}`);
  sub.action(async (...parsed: unknown[]) => {
    const options = sub.opts<Record<string, string | boolean | undefined>>();
    const args = parsed
      .slice(0, sub.registeredArguments.length)
      .filter((value): value is string => typeof value === "string");
    const code = await runCommand(command, { name, settings: names, options, args });
    // A command that did its work may have found that something else is wrong.
    if (code !== 0) process.exitCode = code;
  });
}

interface Parsed {
  readonly name: string;
  readonly settings: readonly SettingName[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly args: readonly string[];
}

function runCommand(command: Command, { name, settings: names, options, args }: Parsed): Promise<number> {
  const json = options["json"] === true;
  const run = async (life: Parameters<Parameters<typeof live>[0]>[0]): Promise<void> => {
    for (const word of [...args, ...Object.values(options)])
      refuseMended(word, { what: `"${String(word)}"`, code: "COMMAND_INVALID" });
    const flags: Partial<Record<SettingName, string>> = {};
    for (const setting of names) {
      const value = options[camelCase(SETTINGS[setting].flag)];
      if (typeof value === "string") flags[setting] = value;
    }
    const file = options["config"] as string | undefined;
    const reread = () => readSettings(command, { flags, file, json });
    const { settings, networkFile, settingsProblem } = settingsOf(command, { flags, file, json });
    const log = createLog({ level: settings.logLevel, name });
    if (command.kind === "daemon") life.stack.use(keepHeapSmall());
    await command.run({
      ...life,
      settings,
      settingsProblem,
      originOf: (setting) => originOf(processSources({ flags, file }), setting),
      reread,
      networkFile,
      isFileNamed: file !== undefined,
      args,
      flags: options,
      json,
      log,
      print: (line) => process.stdout.write(`${json ? line : sentenceText(line)}\n`),
    });
  };
  return live(run, { kind: command.kind ?? "errand", report: (error) => report(error, json) });
}

interface Given {
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly file: string | undefined;
  readonly json: boolean;
}

/** The settings, and which file names the network. A command that copes gets what is left of them, and why no more is. */
function settingsOf(command: Command, given: Given): SettingsFound {
  const { flags, file } = given;
  try {
    const settings = readSettings(command, given);
    const networkFile = decidingFile(processSources({ flags, file }), NETWORK_SETTINGS);
    return { settings, networkFile, settingsProblem: undefined };
  } catch (thrown) {
    if (command.copesWithSettings !== true) throw thrown;
    const defaults = { ...command.defaults, dataDir: processDataHome().path };
    const settings = readWhatIsRight(processSources({ flags, defaults }));
    return { settings, networkFile: undefined, settingsProblem: asLloomError(thrown) };
  }
}

type SettingsFound = Pick<CommandContext, "settings" | "networkFile" | "settingsProblem">;

/** All settings; where nobody says a data directory and this user's own is taken, with what there is to say about it. */
function readSettings(command: Command, { flags, file, json }: Given): Settings {
  const home = processDataHome();
  const sources = processSources({ flags, file, defaults: { ...command.defaults, dataDir: home.path } });
  const settings = readConfig(sources);
  if (command.needs === "nothing" || (home.problem ?? home.advice) === undefined) return settings;
  if (isSaid(sources, "dataDir")) return settings;
  if (home.problem !== undefined) throw home.problem;
  if (home.advice !== undefined && !json) process.stderr.write(`Note: ${home.advice}\n`);
  return settings;
}

// Whoever reads the output may stop reading (`| head`): that ends no node and is no failure.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

const program = new Commander("lloom")
  .description("LLM inference, paid by the answer, with a receipt for each.")
  .addHelpText(
    "after",
    `\nEvery flag can also stand in the environment (--rpc is ${environmentName(SETTINGS.rpc)}) or in lloom.toml; a flag wins over the\nenvironment, the environment over the file. docs/configuration.md lists all of them.`,
  )
  .version(VERSION)
  .showSuggestionAfterError()
  // Failures are reported below, as all others are.
  .configureOutput({ outputError: () => undefined })
  .exitOverride();
const [, , first, second] = process.argv;
const requested = first === "help" ? second : first;
for (const { name, group, describe, load } of COMMANDS) {
  const sub = program.command(name).description(describe).helpGroup(`${group}:`);
  if (requested === name) register(sub, name, await load());
}
for (const sub of program.commands) sub.exitOverride();
const registered = program.commands.find((sub) => sub.name() === requested);

try {
  await program.parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown;
  if (thrown.exitCode !== 0) {
    const error = wrongUse(thrown, registered?.name());
    report(error, process.argv.includes("--json"));
    process.exitCode = exitCodeOf(error);
  }
}
