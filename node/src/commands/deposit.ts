import { formatAmount } from "@lloom/protocol/amounts";
import { deposit as sendDeposit } from "../chain/actions.ts";
import { readDeposit } from "../chain/reads.ts";
import { amountArgument } from "./amount.ts";
import { announce, type Command } from "./command.ts";
import { openIdentity, openOwnChain } from "./open.ts";

/** `lloom deposit`: money to buy answers with. */
export const deposit: Command = {
  arguments: [{ form: "<amount>", describe: "tokens of payment, for example 10 or 2.5" }],
  settings: [],
  examples: ["lloom deposit 10"],
  run: async (context) => {
    const asked = amountArgument(context.args[0], "lloom deposit 10");
    const identity = await openIdentity(context);
    const chain = await openOwnChain(context, identity);
    const amount = asked.baseUnits(chain.tokenDecimals);
    const { transactionHash } = await sendDeposit(chain, amount);
    const balance = await readDeposit(chain, identity.address);
    const shown = `${formatAmount(balance, chain.tokenDecimals)} ${chain.tokenSymbol}`;
    announce(
      context,
      { event: "deposited", amount, balance, transactionHash },
      `Deposited; ${shown} are free to allocate (${transactionHash}).`,
    );
  },
};
