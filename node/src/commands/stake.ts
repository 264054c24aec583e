import { peerIdBytes } from "@lloom/protocol/peer-id";
import { LloomError } from "../errors.ts";
import { amountArgument } from "./amount.ts";
import type { Command } from "./command.ts";
import { openAccount } from "./money/account.ts";
import { YES } from "./money/consent.ts";
import { perform } from "./money/deed.ts";
import { staking } from "./money/funding.ts";

const EXAMPLE = "lloom stake 100";

/** `lloom stake`: registers the node in a role, or adds to its stake. */
export const stake: Command = {
  arguments: [{ form: "<amount>", describe: "tokens of payment, for example 100" }],
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--role <ROLE>", describe: "executor (default) or validator" },
    { form: "--metadata <URI>", describe: "page or document about the operator" },
    YES,
  ],
  examples: [EXAMPLE, "lloom stake 500 --role validator"],
  run: async (context) => {
    const role = context.flags["role"] ?? "executor";
    if (role !== "executor" && role !== "validator")
      throw new LloomError("COMMAND_INVALID", `--role is "${String(role)}".`, { next: "Give executor or validator." });
    const amount = amountArgument(context.args[0], EXAMPLE);
    const account = await openAccount(context);
    const asked = {
      role,
      peerId: peerIdBytes(account.secret),
      metadataURI: String(context.flags["metadata"] ?? ""),
      amount: amount.baseUnits(account.chain.tokenDecimals),
    } as const;
    await perform(context, account, await staking(account, asked));
  },
};
