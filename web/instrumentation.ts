/**
 * Runs once when the server starts. The check lives in a file of its own, since this one is also built for the edge
 * runtime, which has no process to end.
 */
export async function register(): Promise<void> {
  if (process.env["NEXT_RUNTIME"] === "edge") return;
  const { checkSettings } = await import("./lib/check-settings.ts");
  checkSettings();
}
