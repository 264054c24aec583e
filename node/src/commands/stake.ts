import { formatAmount } from "@lloom/protocol/amounts";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { registerAndStake } from "../chain/actions.ts";
import { readMember, readMinimumStake } from "../chain/reads.ts";
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
    const [member, minimum] = await Promise.all([readMember(chain, identity.address), readMinimumStake(chain, role)]);
    const plain = (amount: bigint): string => formatAmount(amount, chain.tokenDecimals);
    const shown = `${plain(member.stake)} ${chain.tokenSymbol}`;
    const isEnough = member.stake >= minimum;
    const missing = `\n  That does not count yet: at least ${plain(minimum)} are needed. Add: lloom stake ${plain(minimum - member.stake)} --role ${role}`;
    announce(
      context,
      { event: "staked", role, stake: member.stake, minimum, transactionHash },
      `${shown} at stake as ${role} (${transactionHash}).${isEnough ? "" : missing}`,
    );
  },
};
