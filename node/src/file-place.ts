import { homedir } from "node:os";
import { isAbsolute, resolve, sep } from "node:path";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { LloomError } from "./errors.ts";

/** A file or folder as somebody wrote it. */
export interface NamedFile {
  readonly named: string;
  /** How a sentence begins that is about it: "--data-dir". */
  readonly what: string;
  readonly code: Extract<ErrorCode, "COMMAND_INVALID" | "CONFIG_INVALID">;
  /** Where a relative path begins, absolute. */
  readonly folder: string;
  /** The user's home directory, where there is one. */
  readonly home: string | undefined;
}

/** What shells take for the home directory, or for somebody's. */
const TILDE = sep === "\\" ? /^~([^\\/]*)[\\/]*/ : /^~([^/]*)\/*/;

/**
 * The absolute path that is meant: `~` is the home directory, as in a shell, which expands it in few of the places where paths
 * stand, and a relative path begins at a folder that is known. A key must lie in one place, wherever a command runs.
 * @throws LloomError where only a shell knows the folder.
 */
export function filePlace({ named, what, code, folder, home }: NamedFile): string {
  const [tilde, user] = TILDE.exec(named) ?? [];
  if (tilde === undefined) return resolve(folder, named);
  if (user !== "")
    throw new LloomError(code, `${what} begins with ~ and a name, which only a shell turns into a folder.`, {
      next: `Give the whole path; a file whose own name begins with ~ is .${sep}~...`,
    });
  if (home === undefined)
    throw new LloomError(code, `${what} begins with ~, and this user has no home directory.`, {
      next: "Give the whole path.",
    });
  return resolve(home, named.slice(tilde.length));
}

/** The same for an argument or a flag of one command. Throws COMMAND_INVALID. */
export const givenPlace = (named: string, what: string): string =>
  filePlace({ named, what, code: "COMMAND_INVALID", folder: process.cwd(), home: processHome() });

/** The home directory of this process's user. Some containers run as a user that no list knows, or set HOME to nothing. */
export function processHome(): string | undefined {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : undefined;
  } catch {
    return undefined;
  }
}
