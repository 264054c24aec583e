import type { Command } from "./command.ts";
import { openAccount } from "./money/account.ts";
import { YES } from "./money/consent.ts";
import { perform } from "./money/deed.ts";
import { leaveJail } from "./money/stake-deeds.ts";

/** `lloom unjail`: an executor or validator counts again, once its time in jail is over. */
export const unjail: Command = {
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [YES],
  examples: ["lloom unjail"],
  run: async (context) => {
    const account = await openAccount(context);
    await perform(context, account, await leaveJail(account));
  },
};
