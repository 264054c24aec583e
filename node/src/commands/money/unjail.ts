import type { Command } from "../command.ts";
import { openAccount } from "../deeds/account.ts";
import { YES } from "../deeds/consent.ts";
import { perform } from "../deeds/deed.ts";
import { leaveJail } from "../deeds/stake-deeds.ts";

/** `lloom unjail`: an executor or validator counts again, once its time in jail is over. */
export const unjail: Command = {
  needs: "account",
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [YES],
  examples: ["lloom unjail"],
  run: async (context) => {
    const account = await openAccount(context);
    await perform(context, account, await leaveJail(account));
  },
};
