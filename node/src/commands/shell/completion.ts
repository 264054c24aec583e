import { LloomError } from "../../errors.ts";
import type { Setting } from "../../setting-forms.ts";
import { SETTINGS } from "../../settings.ts";
import type { CatalogueEntry, Command } from "../command.ts";
import { settingsTaken } from "../settings-taken.ts";
import { bashScript, fishScript, type KnownCommand, zshScript } from "./scripts.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** `lloom completion`: a script for a shell, made of the commands that there are. */
export const completionOf = (catalogue: readonly CatalogueEntry[]): Command => ({
  arguments: [{ form: "<shell>", describe: "bash, zsh or fish" }],
  settings: [],
  needs: "nothing",
  examples: [
    "source <(lloom completion bash)   # in ~/.bashrc",
    "source <(lloom completion zsh)    # in ~/.zshrc, after compinit",
    "lloom completion fish > ~/.config/fish/completions/lloom.fish",
  ],
  run: async ({ args: [shell = ""], print }) => {
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell as keyof typeof SCRIPTS] : undefined;
    if (script === undefined)
      throw new LloomError("COMMAND_INVALID", `There is no completion for "${shell}".`, {
        next: "Give bash, zsh or fish.",
      });
    print(script(await Promise.all(catalogue.map(knownCommand))));
  },
});

/** The action words of a command stand in the description of its first argument: "show, open, or close". */
async function knownCommand({ name, describe, load }: CatalogueEntry): Promise<KnownCommand> {
  const command = await load();
  const settings = settingsTaken(command).map((setting): KnownCommand["flags"][number] => {
    const { flag, describe: about, isFile }: Setting<unknown> = SETTINGS[setting];
    return { flag: `--${flag}`, describe: about, takes: isFile === undefined ? "value" : "file" };
  });
  const own = (command.flags ?? []).map(({ form, describe: about }): KnownCommand["flags"][number] => {
    const [flag = "", value] = form.split(" ");
    return {
      flag,
      describe: about,
      takes: value === undefined ? "nothing" : /FILE|DIR/.test(value) ? "file" : "value",
    };
  });
  return { name, describe, actions: actionsOf(command), flags: [...settings, ...own, ...EVERYWHERE] };
}

const EVERYWHERE: KnownCommand["flags"] = [
  { flag: "--config", describe: "configuration file", takes: "file" },
  { flag: "--json", describe: "machine-readable output", takes: "nothing" },
  { flag: "--help", describe: "display help for command", takes: "nothing" },
];

function actionsOf({ arguments: taken = [] }: Command): readonly string[] {
  const [first] = taken;
  if (first === undefined || !/action|shell/.test(first.form)) return [];
  return first.describe.split(/, or |, | or /).filter((word) => /^[a-z]+$/.test(word));
}
