import { jsonText } from "@lloom/protocol/json-text";
import type { Kind, Life } from "../daemon.ts";
import type { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { SettingName, Settings } from "../settings.ts";
import { sentenceText } from "./terminal-text.ts";

/** A flag that belongs to one command and is no setting of the node. */
export interface Flag {
  /** Commander's form, for example `--receipt <FILE>`. */
  readonly form: string;
  readonly describe: string;
}

/** What a command runs with. */
export interface CommandContext extends Life {
  readonly settings: Settings;
  /** Why file, environment and flags make no settings, for a command that copes with that; the settings are what is right of them. */
  readonly settingsProblem: LloomError | undefined;
  /** Which flag, variable or file a setting comes from; undefined for a default. */
  readonly originOf: (name: SettingName) => string | undefined;
  /** The settings as file and environment say now, with the same flags. Throws CONFIG_INVALID. */
  readonly reread: () => Settings;
  /** The configuration file, where it decides which network this is: it may be a stranger's. */
  readonly networkFile: string | undefined;
  /** Whether a configuration file was named, and not found in the working directory. */
  readonly isFileNamed: boolean;
  /** Positional arguments. */
  readonly args: readonly string[];
  /** Values of the command's own flags, by camel-case name. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  /** Print machine-readable lines instead of sentences. */
  readonly json: boolean;
  readonly log: Log;
  /** Prints a line on standard output. */
  readonly print: (line: string) => void;
}

/** A command as data: `cli.ts` turns it into help, parsing and exit codes. */
export interface Command {
  /** Positional arguments in Commander's form, for example `<prompt>`. */
  readonly arguments?: readonly { readonly form: string; readonly describe: string }[];
  /** Settings that it reads, besides those that every command has. */
  readonly settings: readonly SettingName[];
  /** Where this command's defaults differ from the settings' own. */
  readonly defaults?: Partial<Settings>;
  /**
   * What it cannot do without, which says whose settings it has: the network (its chain, this node's key) unless given. An account is the
   * same, of a key that may be elsewhere.
   */
  readonly needs?: "nothing" | "key" | "network" | "account";
  /** It runs also where file, environment or flags make no settings, and says so itself. */
  readonly copesWithSettings?: boolean;
  /** Whether it runs until it is stopped; an errand unless given. */
  readonly kind?: Kind;
  readonly flags?: readonly Flag[];
  readonly examples: readonly string[];
  readonly run: (context: CommandContext) => Promise<void>;
}

/** A command's line in the help; the rest is loaded when it is the one that runs, since some are heavy. */
export interface CatalogueEntry {
  readonly name: string;
  /** Heading in the help. */
  readonly group: string;
  readonly describe: string;
  readonly load: () => Promise<Command>;
}

/** Prints an event: as JSON for programs, or as the sentence for people. */
export function announce(context: CommandContext, event: Readonly<Record<string, unknown>>, sentence: string): void {
  context.print(context.json ? jsonText(event) : sentence);
}

/** The same beside an answer, which standard output holds alone. */
export function announceAside({ json }: CommandContext, event: Parameters<typeof announce>[1], sentence: string): void {
  process.stderr.write(`${json ? jsonText(event) : sentenceText(sentence)}\n`);
}
