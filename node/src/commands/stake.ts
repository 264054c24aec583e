import { formatAmount } from "@lloom/protocol/amounts";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { registerAndStake } from "../chain/actions.ts";
import { readMember } from "../chain/reads.ts";
import { LloomError } from "../errors.ts";
import { amountArgument } from "./amount.ts";
import { announce, type Command } from "./command.ts";
import { openIdentity, openOwnChain } from "./open.ts";

/** `lloom stake`: registers the node in a role, or adds to its stake. */
export const stake: Command = {
  arguments: [{ form: "<amount>", describe: "tokens of payment, for example 100" }],
  settings: [],
  flags: [
    { form: "--role <ROLE>", describe: "executor (default) or validator" },
    { form: "--metadata <URI>", describe: "page or document about the operator" },
  ],
  examples: ["lloom stake 100", "lloom stake 500 --role validator"],
  run: async (context) => {
    const role = context.flags["role"] ?? "executor";
    if (role !== "executor" && role !== "validator")
      throw new LloomError("COMMAND_INVALID", `--role is "${String(role)}".`, { next: "Give executor or validator." });
    const asked = amountArgument(context.args[0], "lloom stake 100");
    const identity = await openIdentity(context);
    const chain = await openOwnChain(context, identity);
    const { transactionHash } = await registerAndStake(chain, {
      role,
      peerId: peerIdBytes(identity.secret),
      metadataURI: String(context.flags["metadata"] ?? ""),
      amount: asked.baseUnits(chain.tokenDecimals),
    });
    const member = await readMember(chain, identity.address);
    const shown = `${formatAmount(member.stake, chain.tokenDecimals)} ${chain.tokenSymbol}`;
    announce(
      context,
      { event: "staked", role, stake: member.stake, transactionHash },
      `${shown} at stake as ${role} (${transactionHash}).`,
    );
  },
};
