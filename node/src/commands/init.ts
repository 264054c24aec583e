import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { LloomError } from "../errors.ts";
import { makePrivateDirectory } from "../store/private-directory.ts";
import { createKeystore } from "../wallet/keystore.ts";
import { announce, type Command, type CommandContext } from "./command.ts";
import { keystorePath } from "./open.ts";
import { readNewPassword } from "./password.ts";

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

async function createIn({ settings, signal }: CommandContext, path: string): Promise<{ address: string }> {
  const password = await readNewPassword(settings, signal);
  makePrivateDirectory(dirname(path));
  return createKeystore({ path, password });
}
