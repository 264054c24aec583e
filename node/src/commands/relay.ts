import { LloomError } from "../errors.ts";
import type { Command } from "./command.ts";
import { openAccount } from "./money/account.ts";
import { YES } from "./money/consent.ts";
import { perform } from "./money/deed.ts";
import { readOrder } from "./money/order-file.ts";
import { relaying } from "./money/relaying.ts";

/** `lloom relay`: sends what somebody without ether has signed. */
export const relay: Command = {
  arguments: [{ form: "<file>", describe: "a signed order, as --sign-only writes it" }],
  settings: ["startBlock"],
  defaults: { logLevel: "warn" },
  flags: [YES],
  examples: ["lloom relay order.json"],
  run: async (context) => {
    const [file] = context.args;
    if (file === undefined) throw new LloomError("COMMAND_INVALID", "Which order?", { next: "lloom relay FILE" });
    const signed = readOrder(file);
    const account = await openAccount(context);
    await perform(context, account, await relaying(account, signed));
  },
};
