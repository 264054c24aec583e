import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const listSchema = z.record(z.string(), z.unknown());

/**
 * Forgets Ignition's list of development chains where it cannot be read: two deployments at once tear it, and every later one
 * would fail at it. Without it the next deployment to a development chain begins anew, as on any chain that was restarted.
 */
export function forgetTornInstanceList(cacheDir: string): void {
  const file = join(cacheDir, ".hardhat-network-instances.json");
  if (existsSync(file) && !isList(readFileSync(file, "utf8"))) rmSync(file, { force: true });
}

function isList(text: string): boolean {
  try {
    return listSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
