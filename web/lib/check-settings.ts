import { EnvironmentError, settings } from "./env.ts";

/** Ends the process with one clear sentence when a setting cannot be used, instead of failing on every page. */
export function checkSettings(): void {
  try {
    settings();
  } catch (cause) {
    if (!(cause instanceof EnvironmentError)) throw cause;
    process.stderr.write(`${cause.code}: ${cause.message}\n`);
    process.exit(1);
  }
}
