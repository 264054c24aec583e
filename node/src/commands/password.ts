import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { LloomError } from "../errors.ts";
import type { Settings } from "../settings.ts";

/**
 * The keystore's password: first line of the password file, else typed at the terminal without echo.
 * Throws KEYSTORE_INVALID when there is neither.
 */
export async function readPassword(settings: Settings, signal: AbortSignal): Promise<string> {
  if (settings.passwordFile !== undefined) return passwordOf(settings.passwordFile);
  if (process.stdin.isTTY) return ask(signal);
  throw new LloomError("KEYSTORE_INVALID", "No password: there is no password file and no terminal to ask at.", {
    next: "Give --password-file FILE.",
  });
}

function passwordOf(path: string): string {
  try {
    return readFileSync(path, "utf8").split(/\r?\n/, 1)[0] ?? "";
  } catch (cause) {
    throw new LloomError("KEYSTORE_INVALID", `The password file ${path} cannot be read: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

async function ask(signal: AbortSignal): Promise<string> {
  process.stderr.write("Keystore password: ");
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: mute, terminal: true });
  try {
    return await terminal.question("", { signal });
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
