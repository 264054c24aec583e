import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LloomError } from "../../errors.ts";

/**
 * Creates a directory for its owner only, with what is missing above it. Step by step, since Node's own recursion never ends
 * below /proc. Throws STORE_FAILED.
 */
export function makePrivateDirectory(path: string): void {
  try {
    make(resolve(path));
  } catch (cause) {
    throw new LloomError("STORE_FAILED", `The directory ${path} cannot be created: ${(cause as Error).message}.`, {
      cause,
      next: "Give --data-dir, or --keystore for the key, a place that may be written.",
    });
  }
}

function make(path: string): void {
  if (existsSync(path)) return;
  make(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}
