import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, open, rm } from "node:fs/promises";
import { LloomError } from "../errors.ts";

/**
 * Writes a file for its owner alone, that is there whole or not at all after a crash, and never in the place of another:
 * returns false, with nothing written, when the name is taken. `what` names it in a failure.
 * @throws LloomError KEYSTORE_INVALID when it cannot be written.
 */
export async function writeSecretOnce({ path, what }: { path: string; what: string }, text: string): Promise<boolean> {
  const aside = `${path}.${randomUUID()}.new`;
  try {
    await using file = await open(aside, "wx", 0o600);
    await file.writeFile(text);
    await file.sync();
    return await takeName(aside, path);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new LloomError("KEYSTORE_INVALID", `${what} cannot be written to ${path}: ${problem}.`, {
      cause,
      next: "Check that the directory exists and may be written.",
    });
  } finally {
    await rm(aside, { force: true }).catch(() => {});
  }
}

/** A hard link is atomic and never replaces; some file systems have none, where an exclusive copy must do. */
async function takeName(aside: string, path: string): Promise<boolean> {
  const attempts = [() => link(aside, path), () => copyFile(aside, path, constants.COPYFILE_EXCL)];
  let problem: unknown;
  for (const attempt of attempts) {
    try {
      await attempt();
      return true;
    } catch (cause) {
      if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
      problem = cause;
    }
  }
  throw problem;
}
