import type { CommanderError } from "commander";
import { LloomError } from "../errors.ts";

/** Commander's word for "there is no command": it has shown the help. */
const SHOWED_HELP = "commander.help";

/** A command line that cannot be parsed, as a failure like all others. */
export function wrongUse({ code, message }: CommanderError, command: string | undefined): LloomError {
  if (code === SHOWED_HELP)
    return new LloomError("COMMAND_INVALID", "No command is given.", { next: "Give one of those above." });
  const next = `See how it is used: lloom ${command === undefined ? "" : `${command} `}--help`;
  const plain = message.replace(/^error: /, "").replace(/\n\((.*)\)$/, ". $1");
  const sentence = `${plain.charAt(0).toUpperCase()}${plain.slice(1)}`;
  return new LloomError("COMMAND_INVALID", /[.?!]$/.test(sentence) ? sentence : `${sentence}.`, { next });
}
