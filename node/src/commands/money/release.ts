import { addressArgument } from "../address.ts";
import { amountArgument } from "../amount.ts";
import type { Command } from "../command.ts";
import { openAccount } from "../deeds/account.ts";
import { YES } from "../deeds/consent.ts";
import { perform } from "../deeds/deed.ts";
import { readOwing } from "../deeds/owed.ts";
import { channelRelease } from "../deeds/releasing.ts";

const EXAMPLE = "lloom release 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed 2.5";

/** `lloom release`: an executor gives a client's channel money back at once. */
export const release: Command = {
  arguments: [
    { form: "<client>", describe: "whose channel" },
    { form: "[amount]", describe: "how much (default: all that is not owed)" },
  ],
  needs: "account",
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [YES],
  examples: ["lloom release 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", EXAMPLE],
  run: async (context) => {
    const [who = "", asked] = context.args;
    const client = addressArgument(who, EXAMPLE);
    const amount = asked === undefined || asked === "all" ? undefined : amountArgument(asked, EXAMPLE);
    const account = await openAccount(context);
    const baseUnits = amount?.baseUnits(account.chain.tokenDecimals) ?? "all";
    const owing = await readOwing(context, account, client);
    await perform(context, account, await channelRelease(account, client, { asked: baseUnits, owing }));
  },
};
