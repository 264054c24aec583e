import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { LloomError } from "../../errors.ts";
import { readOutsideFile } from "../../outside-file.ts";

/** Asks at the terminal, without echo. */
export type AskSecret = (prompt: string) => Promise<string>;

/** Whose file holds the password of this node's own keystore. */
const FLAG = "--password-file";
/** Shorter passwords are refused: a keystore may be stolen and tried offline. */
const MINIMUM_LENGTH = 8;

/** A keystore whose password is needed. */
export interface Locked {
  /** First line is the password; without it the terminal asks. */
  readonly passwordFile: string | undefined;
  /** The flag that names that file, for whoever has to give it. */
  readonly flag?: string;
  /** How the terminal names it. */
  readonly what?: string;
}

/**
 * The keystore's password: first line of the password file, else typed at the terminal without echo.
 * Throws CONFIG_INVALID when the file cannot be read, KEYSTORE_INVALID when there is neither.
 */
export async function readPassword(
  { passwordFile, what = "Keystore", flag = FLAG }: Locked,
  signal: AbortSignal,
): Promise<string> {
  if (passwordFile !== undefined) return passwordOf(passwordFile, flag);
  return askAtTerminal(signal, flag)(`${what} password: `);
}

/** The password of a keystore that is being made; see `chooseTwice`. Throws as `readPassword` does. */
export async function readNewPassword({ passwordFile, flag = FLAG }: Locked, signal: AbortSignal): Promise<string> {
  if (passwordFile === undefined) return chooseTwice(askAtTerminal(signal, flag));
  return longEnough(passwordOf(passwordFile, flag));
}

/** Asks for a new password twice: one that was mistyped unseen would lock its money away. Throws KEYSTORE_INVALID. */
export async function chooseTwice(ask: AskSecret): Promise<string> {
  const password = longEnough(await ask("New keystore password: "));
  if ((await ask("The same password again: ")) === password) return password;
  throw new LloomError("KEYSTORE_INVALID", "The two passwords differ; no keystore was made.", {
    next: "Run the command again.",
  });
}

function longEnough(password: string): string {
  if (password.length >= MINIMUM_LENGTH) return password;
  throw new LloomError(
    "KEYSTORE_INVALID",
    `The password has ${password.length} characters; at least ${MINIMUM_LENGTH} are needed.`,
    { next: "Choose a longer one." },
  );
}

function passwordOf(path: string, flag: string): string {
  const text = readOutsideFile({
    path,
    what: `The password file ${path}`,
    code: "CONFIG_INVALID",
    next: `Give ${flag} the path of a file whose first line is the password.`,
  });
  return text.split(/\r?\n/, 1)[0] ?? "";
}

function askAtTerminal(signal: AbortSignal, flag: string): AskSecret {
  if (process.stdin.isTTY) return (prompt) => askSecret(prompt, signal);
  throw new LloomError("KEYSTORE_INVALID", `No password: there is no ${flag} and no terminal to ask at.`, {
    next: `Give ${flag} FILE.`,
  });
}

async function askSecret(prompt: string, signal: AbortSignal): Promise<string> {
  process.stderr.write(prompt);
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: mute, terminal: true });
  try {
    return await terminal.question("", { signal });
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
