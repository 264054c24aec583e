import { LloomError } from "@lloom/protocol/lloom-error";
import { settings } from "./env.ts";

/** Ends the process with one clear sentence when a setting cannot be used, instead of failing on every page. */
export function checkSettings(): void {
  try {
    settings();
  } catch (cause) {
    if (!(cause instanceof LloomError)) throw cause;
    process.stderr.write(`${cause.code}: ${cause.message}\n  ${cause.next}\n`);
    process.exit(1);
  }
}
