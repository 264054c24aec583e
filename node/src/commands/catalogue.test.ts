import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SETTINGS } from "../settings.ts";
import { COMMANDS } from "./catalogue.ts";
import type { Command } from "./command.ts";
import { settingsTaken } from "./settings-taken.ts";

const DOCS = join(import.meta.dirname, "../../../docs");
const pages = readdirSync(DOCS)
  .filter((name) => name.endsWith(".md"))
  .map((name) => readFileSync(join(DOCS, name), "utf8"))
  .join("\n");

/** `--flag` of a form such as `--flag <VALUE>`. */
const flagOf = (form: string): string => /--[\w-]+/.exec(form)?.[0] ?? form;

const flagsTaken = (command: Command): ReadonlySet<string> =>
  new Set([
    "--json",
    "--config",
    ...settingsTaken(command).map((name) => `--${SETTINGS[name].flag}`),
    ...(command.flags ?? []).map(({ form }) => flagOf(form)),
  ]);

/** Words after `lloom` in an example, up to what ends a command of the shell. */
const calls = (example: string): string[] =>
  [...example.matchAll(/\blloom ([^|;&>]*)/g)].map(([, words = ""]) => words);

const commandNamed = async (name: string | undefined): Promise<Command> => {
  const entry = COMMANDS.find((one) => one.name === name);
  return entry === undefined ? expect.fail(`No command is called ${name}`) : entry.load();
};

/** Each loads its command with all that it needs. */
describe.each(COMMANDS)("lloom $name", { timeout: 120_000 }, ({ name, load }) => {
  it("has help with examples that are taken as they stand, and a place in the pages", async () => {
    const command = await load();
    const examples = command.examples.flatMap(calls);
    expect(examples.map((words) => words.split(" ")[0])).toContain(name);
    for (const words of examples) {
      const taken = flagsTaken(await commandNamed(words.split(" ")[0]));
      for (const [flag] of words.matchAll(/(?<= )--[a-z][\w-]*/g)) expect(taken, words).toContain(flag);
    }
    for (const { form, describe: meaning } of command.flags ?? []) expect(meaning, form).not.toBe("");
    expect(pages).toMatch(new RegExp(`\\blloom ${name}\\b`));
  });
});
