import { addressArgument } from "../address.ts";
import { amountArgument } from "../amount.ts";
import type { Command } from "../command.ts";
import { openAccount } from "../deeds/account.ts";
import { allocation } from "../deeds/channel-deeds.ts";
import { YES } from "../deeds/consent.ts";
import { perform } from "../deeds/deed.ts";
import { FOR, freshNonce, openSigning, SIGN_ONLY, signOrder } from "../signed/signing.ts";

const EXAMPLE = "lloom allocate 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed 2.5";

/** `lloom allocate`: free deposit into a channel. Gateways and lloom ask do it by themselves, step by step. */
export const allocate: Command = {
  arguments: [
    { form: "<executor>", describe: "who alone can earn it" },
    { form: "<amount>", describe: "tokens of payment, for example 2.5" },
  ],
  needs: "account",
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [...SIGN_ONLY, FOR, YES],
  examples: [EXAMPLE, `${EXAMPLE} --sign-only order.json`],
  run: async (context) => {
    const [who = "", asked] = context.args;
    const executor = addressArgument(who, EXAMPLE);
    const amount = amountArgument(asked, EXAMPLE);
    const signing = await openSigning(context);
    if (signing !== undefined) {
      const { client, deadline, chain } = signing;
      const message = {
        client,
        executor,
        amount: amount.baseUnits(chain.tokenDecimals),
        nonce: freshNonce(),
        deadline,
      };
      return signOrder(signing, { type: "allocation", message });
    }
    const account = await openAccount(context);
    const baseUnits = amount.baseUnits(account.chain.tokenDecimals);
    await perform(context, account, await allocation(account, executor, baseUnits));
  },
};
