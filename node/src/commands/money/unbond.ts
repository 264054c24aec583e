import { LloomError } from "../../errors.ts";
import { amountArgument } from "../amount.ts";
import type { Command } from "../command.ts";
import { openAccount } from "../deeds/account.ts";
import { YES } from "../deeds/consent.ts";
import { perform } from "../deeds/deed.ts";
import { unbondCancel, unbonding } from "../deeds/stake-deeds.ts";

const EXAMPLE = "lloom unbond 50";

/** `lloom unbond`: starts to take stake out. */
export const unbond: Command = {
  arguments: [{ form: "[amount]", describe: "tokens of payment, or all" }],
  needs: "account",
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [{ form: "--cancel", describe: "make unbonding stake count again" }, YES],
  examples: ["lloom unbond all", EXAMPLE, "lloom unbond --cancel"],
  run: async (context) => {
    const [asked] = context.args;
    const isCancel = context.flags["cancel"] === true;
    if (isCancel === (asked !== undefined))
      throw new LloomError("COMMAND_INVALID", "How much?", {
        next: `Give an amount or all (${EXAMPLE}), or --cancel.`,
      });
    const amount = asked === undefined || asked === "all" ? undefined : amountArgument(asked, EXAMPLE);
    const account = await openAccount(context);
    const baseUnits = amount?.baseUnits(account.chain.tokenDecimals) ?? "all";
    await perform(context, account, await (isCancel ? unbondCancel(account) : unbonding(account, baseUnits)));
  },
};
