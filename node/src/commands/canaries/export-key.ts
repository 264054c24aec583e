import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { canaryIdentity } from "../../validator/canary/canary-keys.ts";
import { createKeystore, openKeystore } from "../../wallet/keystore.ts";
import { announce, type CommandContext } from "../command.ts";
import { keystorePath, openOwnChain } from "../open/open.ts";
import { readPassword } from "../open/password.ts";

/**
 * Writes a canary key as the key of a data directory, with the password of the validator's own: every command that moves money takes
 * it from there. The validator moves none of it, since that would link its keys. Throws COMMAND_INVALID, and KEYSTORE_INVALID
 * where a keystore is already.
 */
export async function exportCanaryKey(context: CommandContext): Promise<void> {
  const { settings, flags, signal } = context;
  const [number, to] = [flags["export"], flags["to"]];
  const key = typeof number === "string" && /^\d{1,4}$/.test(number) ? Number(number) : Number.NaN;
  if (!(key < settings.canaryKeys))
    throw new LloomError("COMMAND_INVALID", `There is no canary key ${number}.`, {
      next: `Give one from 0 to ${settings.canaryKeys - 1}, as lloom canaries lists them.`,
    });
  if (typeof to !== "string")
    throw new LloomError("COMMAND_INVALID", "--export needs a folder.", { next: `Add --to ./canary-${key}.` });
  const folder = givenPlace(to, "--to");
  const password = await readPassword(settings, signal);
  const owner = await openKeystore({ path: keystorePath(context), password });
  const { domain } = await openOwnChain(context, owner);
  const { address, secret } = canaryIdentity(owner.secret, domain, key);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "keystore.json");
  await createKeystore({ path: file, password, secret });
  announce(
    context,
    { event: "exported", key, address, file },
    [
      `Canary key ${key}, ${address}, is in ${file}, with this validator's password. See what it has:`,
      `  lloom status --data-dir ${folder}`,
      "While the validator runs, the key may ask: stop the validator before you move money of a key that still serves.",
    ].join("\n"),
  );
}
