import { amountArgument } from "../amount.ts";
import type { Command } from "../command.ts";
import { openAccount } from "../deeds/account.ts";
import { YES } from "../deeds/consent.ts";
import { perform } from "../deeds/deed.ts";
import { depositing } from "../deeds/funding.ts";
import { COLLECTOR, signCollection } from "../signed/collecting.ts";
import { openSigning, SIGN_ONLY } from "../signed/signing.ts";

const EXAMPLE = "lloom deposit 10";

/** `lloom deposit`: money to buy answers with. */
export const deposit: Command = {
  arguments: [{ form: "<amount>", describe: "tokens of payment, for example 10 or 2.5" }],
  needs: "account",
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [...SIGN_ONLY, COLLECTOR, YES],
  examples: [EXAMPLE, "lloom deposit 10 --sign-only order.json --network sepolia"],
  run: async (context) => {
    const amount = amountArgument(context.args[0], EXAMPLE);
    const signing = await openSigning(context);
    if (signing !== undefined)
      return signCollection(signing, {
        purpose: "Deposit",
        amount: amount.baseUnits(signing.chain.tokenDecimals),
      });
    const account = await openAccount(context);
    await perform(context, account, await depositing(account, amount.baseUnits(account.chain.tokenDecimals)));
  },
};
