import { addressFlag } from "../address.ts";
import { amountArgument } from "../amount.ts";
import type { Command } from "../command.ts";
import { openAccount } from "../deeds/account.ts";
import { YES } from "../deeds/consent.ts";
import { perform } from "../deeds/deed.ts";
import { crediting } from "../deeds/funding.ts";
import { COLLECTOR, requireCollector, signCollection } from "../signed/collecting.ts";
import { openSigning, SIGN_ONLY } from "../signed/signing.ts";

const EXAMPLE = "lloom credit 25 --network sepolia";
const OTHER = "--account 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

/** `lloom credit`: money for bonds, appeals and prices of measured disputes, one's own or somebody else's. */
export const credit: Command = {
  arguments: [{ form: "<amount>", describe: "tokens of payment, for example 25" }],
  needs: "account",
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--account <ADDRESS>", describe: "whose credit it becomes (default: this key's)" },
    ...SIGN_ONLY,
    COLLECTOR,
    YES,
  ],
  examples: [EXAMPLE, `${EXAMPLE} ${OTHER}`, `${EXAMPLE} --sign-only order.json`],
  run: async (context) => {
    const amount = amountArgument(context.args[0], EXAMPLE);
    const beneficiary = addressFlag(context.flags["account"], OTHER);
    const signing = await openSigning(context, ["collector"]);
    if (signing !== undefined) {
      const baseUnits = amount.baseUnits(signing.chain.tokenDecimals);
      return signCollection(signing, { purpose: "Credit", amount: baseUnits, beneficiary });
    }
    const account = await openAccount(context);
    const collector = await requireCollector(context, account.chain);
    const baseUnits = amount.baseUnits(account.chain.tokenDecimals);
    const wish = { collector, amount: baseUnits, beneficiary: beneficiary ?? account.address };
    await perform(context, account, await crediting(account, wish));
  },
};
