import { createInterface } from "node:readline/promises";
import { LloomError } from "../../errors.ts";
import type { CommandContext, Flag } from "../command.ts";

/** The flag that every command has which spends or moves money. */
export const YES: Flag = { form: "--yes", describe: "send without asking; needed where there is no terminal" };

/** What is asked for, and what a no leaves undone. */
export interface Consent {
  readonly question: string;
  readonly nothing: string;
}

const SENDING: Consent = { question: "Send it?", nothing: "Nothing was sent" };

/**
 * Whether the user wants what was just shown: `--yes`, or the word typed at the terminal.
 * @throws LloomError CANCELLED for a no; COMMAND_INVALID where nobody can be asked.
 */
export async function requireConsent(
  { flags, signal }: CommandContext,
  { question, nothing }: Consent = SENDING,
): Promise<void> {
  if (flags["yes"] === true) return;
  if (!process.stdin.isTTY)
    throw new LloomError("COMMAND_INVALID", `${nothing}: there is no terminal to ask at.`, {
      next: "If that is what you want, give the same command with --yes.",
    });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    terminal.close();
  }
  throw new LloomError("CANCELLED", `${nothing}.`, { next: "Give the command again when you want it." });
}
