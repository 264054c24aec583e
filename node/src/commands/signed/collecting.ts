import { randomBytes } from "node:crypto";
import type { CollectionPurpose } from "@lloom/protocol/collections";
import type { Address } from "@lloom/protocol/commitment-types";
import { bytesToHex } from "@lloom/protocol/hex";
import { networkNamed } from "@lloom/protocol/networks";
import { isCollectorOf } from "../../chain/account/collector.ts";
import type { Chain } from "../../chain/chain.ts";
import { LloomError } from "../../errors.ts";
import { addressFlag } from "../address.ts";
import type { CommandContext, Flag } from "../command.ts";
import { type Signing, signOrder } from "./signing.ts";

/** Of commands that take tokens of the wallet by the Collector. */
export const COLLECTOR: Flag = {
  form: "--collector <ADDRESS>",
  describe: "the Collector contract, for --sign-only and permits (default: the network's of the address book)",
};

const EXAMPLE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

export interface CollectionWish {
  readonly purpose: CollectionPurpose;
  readonly amount: bigint;
  /** Whose deposit, stake or credit it becomes; this key's unless given. */
  readonly beneficiary?: Address | undefined;
}

/** Signs that the Collector takes tokens of the wallet. */
export async function signCollection(
  signing: Signing,
  { purpose, amount, beneficiary }: CollectionWish,
): Promise<void> {
  const { context, account, chain, deadline } = signing;
  const collector = await requireCollector(context, chain);
  await signOrder(signing, {
    type: "collection",
    message: {
      ...{ purpose, amount, collector, payer: account.address, beneficiary: beneficiary ?? account.address },
      ...{ salt: bytesToHex(randomBytes(32)), validBefore: deadline },
    },
  });
}

/** The Collector that is named or known. Throws COMMAND_INVALID without one. */
export async function requireCollector(context: CommandContext, chain: Chain): Promise<Address> {
  const collector = await findCollector(context, chain);
  if (collector !== undefined) return collector;
  throw new LloomError("COMMAND_INVALID", "Which Collector takes the tokens?", {
    next: `Give --collector its address: --collector ${EXAMPLE}`,
  });
}

/** The Collector that is named, or that the address book has, if one is. Throws COMMAND_INVALID where it is none of this deployment. */
export async function findCollector({ flags, settings }: CommandContext, chain: Chain): Promise<Address | undefined> {
  const given = addressFlag(flags["collector"], `--collector ${EXAMPLE}`);
  const known = settings.network === undefined ? undefined : networkNamed(settings.network).contracts["Collector"];
  const collector = given ?? known;
  if (collector === undefined || (await isCollectorOf(chain, collector))) return collector;
  throw new LloomError("COMMAND_INVALID", `There is no Collector of this deployment at ${collector}.`, {
    next: "Give --collector the address that ignition/deployments has; a signature for another contract gives it the money.",
  });
}
