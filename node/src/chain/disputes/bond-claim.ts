import type { Address } from "@lloom/protocol/commitment-types";
import { senderOf } from "../account/actions.ts";
import { withdrawBondsCall } from "../account/calls.ts";
import { costOf } from "../account/cost.ts";
import type { Chain } from "../chain.ts";
import { readBonds } from "./delivery-disputes.ts";

/** Takes out what delivery disputes credited to the account, if that is more than taking it costs. Wei. */
export async function claimBonds(chain: Chain, disputes: Address, signal: AbortSignal): Promise<bigint> {
  const sender = senderOf(chain);
  const to = sender.account.address;
  const amount = await readBonds(chain, disputes, to);
  if (amount === 0n) return 0n;
  const call = withdrawBondsCall({ disputes, to });
  const { mostWei } = await costOf(chain, to, { call });
  if (amount <= mostWei) return 0n;
  await sender.send(call, { signal });
  return amount;
}
