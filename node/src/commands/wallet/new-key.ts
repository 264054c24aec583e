import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { processDataHome } from "../../config.ts";
import { hasKey, KEYSTORE_NAME } from "../../data-home.ts";
import { LloomError } from "../../errors.ts";
import { makePrivateDirectory } from "../../store/files/private-directory.ts";
import { createKeystore } from "../../wallet/keystore.ts";
import { announce, type CommandContext } from "../command.ts";
import { keystorePath } from "../open/open.ts";
import { readNewPassword } from "../open/password.ts";

/** Throws KEYSTORE_INVALID when there is a keystore where the new one would be. */
export function requireNoKeystore(context: CommandContext): void {
  const path = keystorePath(context);
  if (!existsSync(path)) return;
  throw new LloomError("KEYSTORE_INVALID", `There is a keystore already: ${path}. It is left as it is.`, {
    next: "Use it, or give a new one another place: --data-dir DIR.",
  });
}

/** Makes a keystore of a fresh key, or of the one given, and says so. */
export async function makeKey(context: CommandContext, secret?: Uint8Array): Promise<void> {
  requireNoKeystore(context);
  const path = keystorePath(context);
  const others = otherKeystores(path);
  for (const other of others) warnOfOther(context, other);
  const password = await readNewPassword(context.settings, context.signal);
  makePrivateDirectory(dirname(path));
  const { address } = await createKeystore({ path, password, ...(secret !== undefined && { secret }) });
  announce(
    context,
    { event: "initialized", address, keystore: path, others },
    [
      `Address   ${address}`,
      `Keystore  ${path} (back it up: without it and its password the money is gone)`,
      "Next      send it some ether for gas; lloom faucet, on a test network; then lloom deposit 10 to buy, or lloom stake 100 to sell",
    ].join("\n"),
  );
}

/** Keystores where this user's commands look when no setting says another place. */
function otherKeystores(path: string): string[] {
  const { path: home, others } = processDataHome();
  return [home, ...others]
    .filter(hasKey)
    .map((directory) => join(directory, KEYSTORE_NAME))
    .filter((other) => resolve(other) !== resolve(path));
}

const warnOfOther = (context: CommandContext, other: string): void => {
  context.log.warn({ keystore: other }, "another key exists");
  if (!context.json)
    process.stderr.write(`Warning: you have another key in ${other}; money that it holds stays with it.\n`);
};
