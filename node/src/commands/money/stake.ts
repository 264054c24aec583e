import { peerIdBytes } from "@lloom/protocol/peer-id";
import { readMember } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import { amountArgument } from "../amount.ts";
import type { Command } from "../command.ts";
import { type Account, openAccount } from "../deeds/account.ts";
import { YES } from "../deeds/consent.ts";
import { perform } from "../deeds/deed.ts";
import { staking } from "../deeds/funding.ts";
import { COLLECTOR, findCollector, signCollection } from "../signed/collecting.ts";
import { openSigning, SIGN_ONLY, type Signing } from "../signed/signing.ts";

const EXAMPLE = "lloom stake 100";

/** `lloom stake`: registers the node in a role, or adds to its stake. */
export const stake: Command = {
  arguments: [{ form: "<amount>", describe: "tokens of payment, for example 100" }],
  needs: "account",
  settings: [],
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--role <ROLE>", describe: "executor (default) or validator" },
    { form: "--metadata <URI>", describe: "page or document about the operator" },
    ...SIGN_ONLY,
    COLLECTOR,
    YES,
  ],
  examples: [EXAMPLE, "lloom stake 500 --role validator"],
  run: async (context) => {
    const role = context.flags["role"] ?? "executor";
    if (role !== "executor" && role !== "validator")
      throw new LloomError("COMMAND_INVALID", `--role is "${String(role)}".`, { next: "Give executor or validator." });
    const amount = amountArgument(context.args[0], EXAMPLE);
    const signing = await openSigning(context, ["collector"]);
    if (signing !== undefined) {
      await requireMember(signing);
      return signCollection(signing, { purpose: "Stake", amount: amount.baseUnits(signing.chain.tokenDecimals) });
    }
    const account = await openAccount(context);
    const asked = {
      role,
      peerId: await peerIdOf(account),
      metadataURI: String(context.flags["metadata"] ?? ""),
      amount: amount.baseUnits(account.chain.tokenDecimals),
    } as const;
    const collector = await findCollector(context, account.chain);
    await perform(context, account, await staking(account, asked, collector));
  },
};

/** Of the key itself. A member's is registered already, so that another program may add to its stake. */
async function peerIdOf({ chain, address, secret }: Account): Promise<Uint8Array> {
  if (secret !== undefined) return peerIdBytes(secret);
  if ((await readMember(chain, address)).role !== "none") return new Uint8Array();
  throw new LloomError("COMMAND_INVALID", `${address} has no role yet, and the key that takes one is the node's own.`, {
    next: "Register once with its keystore, without --signer-url: lloom stake AMOUNT. Then --signer-url can add to it.",
  });
}

/** A role is taken by a transaction alone; a signature adds to its stake. */
async function requireMember({ chain, account }: Signing): Promise<void> {
  if ((await readMember(chain, account.address)).role !== "none") return;
  throw new LloomError("COMMAND_INVALID", "This key has no role yet, and a signature takes none.", {
    next: "Register first, by a transaction of this key: lloom stake AMOUNT",
  });
}
