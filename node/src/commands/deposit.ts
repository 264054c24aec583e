import { amountArgument } from "./amount.ts";
import type { Command } from "./command.ts";
import { openAccount } from "./money/account.ts";
import { YES } from "./money/consent.ts";
import { perform } from "./money/deed.ts";
import { depositing } from "./money/funding.ts";

const EXAMPLE = "lloom deposit 10";

/** `lloom deposit`: money to buy answers with. */
export const deposit: Command = {
  arguments: [{ form: "<amount>", describe: "tokens of payment, for example 10 or 2.5" }],
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [YES],
  examples: [EXAMPLE],
  run: async (context) => {
    const amount = amountArgument(context.args[0], EXAMPLE);
    const account = await openAccount(context);
    await perform(context, account, await depositing(account, amount.baseUnits(account.chain.tokenDecimals)));
  },
};
