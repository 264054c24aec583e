import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { LloomError } from "../errors.ts";
import { makePrivateDirectory } from "../store/private-directory.ts";
import { createKeystore } from "../wallet/keystore.ts";
import { announce, type Command, type CommandContext } from "./command.ts";
import { keystorePath } from "./open.ts";
import { readPassword } from "./password.ts";

/** Shorter passwords are refused: a keystore may be stolen and tried offline. */
const MINIMUM_PASSWORD_LENGTH = 8;

/** `lloom init`: makes the node's key. */
export const init: Command = {
  settings: [],
  examples: ["lloom init", "lloom init --data-dir /var/lib/lloom --password-file /run/secrets/lloom"],
  run: async (context) => {
    const path = keystorePath(context);
    if (existsSync(path))
      throw new LloomError("KEYSTORE_INVALID", `There is a keystore already: ${path}. It is left as it is.`, {
        next: "Use it, or give --keystore another path.",
      });
    const { address } = await createIn(context, path);
    announce(
      context,
      { event: "initialized", address, keystore: path },
      [
        `Address   ${address}`,
        `Keystore  ${path} (back it up: without it and its password the money is gone)`,
        "Next      send it some ether for gas; lloom faucet, on a test network; then lloom deposit 10 to buy, or lloom stake 100 to sell",
      ].join("\n"),
    );
  },
};

async function createIn(context: CommandContext, path: string): Promise<{ address: string }> {
  const password = await readPassword(context.settings, context.signal);
  if (password.length < MINIMUM_PASSWORD_LENGTH)
    throw new LloomError(
      "KEYSTORE_INVALID",
      `The password has ${password.length} characters; at least ${MINIMUM_PASSWORD_LENGTH} are needed.`,
      {
        next: "Choose a longer one.",
      },
    );
  makePrivateDirectory(dirname(path));
  return createKeystore({ path, password });
}
