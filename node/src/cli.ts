import { jsonText } from "@lloom/protocol/json-text";
import { Command as Commander, CommanderError } from "commander";
import type { Command } from "./commands/command.ts";
import { wrongUse } from "./commands/wrong-use.ts";
import { environmentName, processSources, readConfig } from "./config.ts";
import { exitCodeOf, live } from "./daemon.ts";
import type { LloomError } from "./errors.ts";
import { createLog } from "./log.ts";
import { SETTINGS, type Setting, type SettingName } from "./settings.ts";
import { VERSION } from "./version.ts";

/** A command's line in the help; the rest is loaded when it is the one that runs, since some are heavy. */
interface Entry {
  readonly name: string;
  readonly describe: string;
  readonly load: () => Promise<Command>;
}

const COMMANDS: readonly Entry[] = [
  {
    name: "init",
    describe: "make this node's key, kept in an encrypted keystore",
    load: async () => (await import("./commands/init.ts")).init,
  },
  {
    name: "faucet",
    describe: "take test tokens, on a network whose payment token has a faucet",
    load: async () => (await import("./commands/faucet.ts")).faucet,
  },
  {
    name: "deposit",
    describe: "deposit payment tokens to buy answers with",
    load: async () => (await import("./commands/deposit.ts")).deposit,
  },
  {
    name: "stake",
    describe: "register as an executor or validator with a stake, or add to it",
    load: async () => (await import("./commands/stake.ts")).stake,
  },
  {
    name: "status",
    describe: "show this key's balance, deposit, stake and earnings",
    load: async () => (await import("./commands/status.ts")).status,
  },
  {
    name: "validator",
    describe: "run a validator: anchor the network, keep its offers, answer who serves what",
    load: async () => (await import("./commands/validator.ts")).validator,
  },
  {
    name: "executor",
    describe: "run an executor: answer requests, collect receipts, settle them",
    load: async () => (await import("./commands/executor.ts")).executor,
  },
  {
    name: "ask",
    describe: "ask one question; the answer goes to standard output, the receipt's summary to standard error",
    load: async () => (await import("./commands/ask.ts")).ask,
  },
  {
    name: "gateway",
    describe: "serve OpenAI's API on this machine, paid by this key",
    load: async () => (await import("./commands/gateway.ts")).gateway,
  },
  {
    name: "receipt",
    describe: "verify a receipt from a file, without a network or a chain",
    load: async () => (await import("./commands/receipt.ts")).receipt,
  },
];

/** Settings that every command has, and those of all that have to do with the network. */
const ALWAYS: readonly SettingName[] = ["logLevel"];
const COMMON: readonly SettingName[] = ["rpc", "accounting", "keystore", "passwordFile", "dataDir", ...ALWAYS];

const camelCase = (flag: string): string => flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function describeSetting(name: SettingName, { defaults }: Command): string {
  const setting: Setting<unknown> = SETTINGS[name];
  const fallback = defaults?.[name] ?? setting.fallback;
  const shown = Array.isArray(fallback) ? fallback.join(",") : String(fallback ?? "");
  return shown === "" ? setting.describe : `${setting.describe} (default: ${shown})`;
}

/** Prints a failure: one sentence, the next step, and for programs the same as JSON. */
function report(error: LloomError, json: boolean): void {
  const { code, message, next, retryable, details } = error;
  process.stderr.write(
    json ? `${jsonText({ error: { code, message, next, retryable, details } })}\n` : `${code}: ${message}\n  ${next}\n`,
  );
}

function register(sub: Commander, name: string, command: Command): void {
  for (const { form, describe } of command.arguments ?? []) sub.argument(form, describe);
  const names = [...new Set([...command.settings, ...(command.offline === true ? ALWAYS : COMMON)])];
  for (const setting of names)
    sub.option(`--${SETTINGS[setting].flag} <${SETTINGS[setting].value}>`, describeSetting(setting, command));
  for (const flag of command.flags ?? []) sub.option(flag.form, flag.describe);
  sub.option("--config <FILE>", "configuration file (default: lloom.toml here, if there is one)");
  sub.option("--json", "machine-readable output");
  sub.addHelpText("after", `\nExamples:\n${command.examples.map((line) => `  ${line}`).join("\n")}`);
  sub.action(async (...parsed: unknown[]) => {
    const options = sub.opts<Record<string, string | boolean | undefined>>();
    const args = parsed
      .slice(0, sub.registeredArguments.length)
      .filter((value): value is string => typeof value === "string");
    process.exitCode = await runCommand(command, { name, settings: names, options, args });
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
    const flags: Partial<Record<SettingName, string>> = {};
    for (const setting of names) {
      const value = options[camelCase(SETTINGS[setting].flag)];
      if (typeof value === "string") flags[setting] = value;
    }
    const file = options["config"] as string | undefined;
    const reread = () => readConfig(processSources({ flags, file, defaults: command.defaults ?? {} }));
    const settings = reread();
    const log = createLog({ level: settings.logLevel, name });
    await command.run({
      ...life,
      settings,
      reread,
      args,
      flags: options,
      json,
      log,
      print: (line) => process.stdout.write(`${line}\n`),
    });
  };
  return live(run, (error) => report(error, json));
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
for (const { name, describe, load } of COMMANDS) {
  const sub = program.command(name).description(describe);
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
