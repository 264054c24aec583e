import type { Hex } from "@lloom/protocol/commitment-types";
import type { Opening } from "../../chain/account/orders.ts";
import { LloomError } from "../../errors.ts";
import { addressFlag } from "../address.ts";
import type { Account } from "../deeds/account.ts";
import type { Deed } from "../deeds/deed.ts";
import { requireSigned } from "../deeds/relaying.ts";
import type { SignedOrder } from "../signed/order-file.ts";
import { type Signing, signOrder } from "../signed/signing.ts";
import { openableUntil, opening } from "./deeds.ts";
import { settledReceipt, wrongCountOf } from "./subject.ts";

const EXAMPLE = "--opener 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

export type SignedOpening = SignedOrder<{ readonly type: "opening"; readonly message: Opening }>;

/** Signs that somebody else may dispute an answer of this key's and post the bond, and writes all that it takes to send it. */
export async function signOpening(signing: Signing, requestHash: Hex): Promise<void> {
  const { context, chain, account, secret } = signing;
  const opener = addressFlag(context.flags["opener"], EXAMPLE);
  if (opener === undefined)
    throw new LloomError("COMMAND_INVALID", "Who will open the dispute?", {
      next: `Name the one account that posts the bond and can send it: ${EXAMPLE}`,
    });
  const { address } = account;
  const receipt = await settledReceipt(context, { chain, address }, requestHash);
  if (wrongCountOf(context, { chain, address, secret }, receipt) !== undefined)
    throw new LloomError(
      "COMMAND_INVALID",
      "This answer came, with wrong counts: that is no dispute about a delivery.",
      {
        next: `Complain of it with this key: lloom dispute open ${requestHash}`,
      },
    );
  const deadline = await openableUntil(chain, receipt);
  const message = { opener, receipt: { ...receipt, domain: chain.domain } };
  await signOrder({ ...signing, deadline }, { type: "opening", message });
}

/** Opens a dispute for a client that signed it, with a bond of this key's. Throws LloomError ORDER_INVALID, CHAIN_MISMATCH. */
export async function relayedOpening(account: Account, signed: SignedOpening): Promise<Deed> {
  const { opener, receipt } = signed.order.message;
  await requireSigned(account.chain, signed);
  if (opener !== account.address)
    throw new LloomError("ORDER_INVALID", `The client lets ${opener} open the dispute, and nobody else.`, {
      next: `Send it with that key; this one is ${account.address}.`,
    });
  return opening(account, receipt, signed.signature);
}
