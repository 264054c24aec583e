import { watchtowerFee } from "@lloom/protocol/watchtower-fee";
import { senderOf } from "../../chain/account/actions.ts";
import { isOrderUsed, type MoneyOrder, relayCall } from "../../chain/account/orders.ts";
import type { Chain } from "../../chain/chain.ts";
import { readFor } from "../../chain/reads.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { sendFirst } from "../../duties/move-on.ts";
import type { Log } from "../../log.ts";
import type { EntrustedLog, GuardedPair } from "../../store/validator/entrusted-log.ts";

export interface TowerFeesOptions {
  readonly chain: Chain;
  readonly store: Pick<EntrustedLog, "markFee">;
  /** Base units for a lane; 0 for none. */
  readonly fee: bigint;
  readonly log: Log;
}

/**
 * Takes the fee for a lane before a transaction about it is sent, out of the executor's free deposit: whoever is dead cannot
 * be asked, and a watchtower that worked first could find the deposit gone. What it takes without working is on the chain for
 * everybody.
 */
export class TowerFees {
  readonly #options: TowerFeesOptions;

  constructor(options: TowerFeesOptions) {
    this.#options = options;
  }

  /**
   * A pair's fee, before anything is done with it; false if it brings none that can be taken. A pair whose fee was taken has paid for
   * whatever else has to be done with it.
   */
  async take({ receipt, fee: brought, isFeeTaken }: GuardedPair, signal: AbortSignal): Promise<boolean> {
    if (this.#options.fee === 0n) return true;
    const { chain, store, fee, log } = this.#options;
    if (brought === undefined || brought.amount < fee) return false;
    const to = senderOf(chain).account.address;
    const message = watchtowerFee(receipt, { to, amount: brought.amount });
    const order: MoneyOrder = { type: "withdrawal", message };
    const used = readFor("whether the fee was taken", isOrderUsed(chain, order));
    if (await untilAborted(used, signal)) return isFeeTaken;
    const { request } = receipt;
    store.markFee(request, true);
    if (await sendFirst(chain, relayCall(chain, order, brought.signature), signal)) return true;
    store.markFee(request, false);
    log.warn({ executor: request.executor }, "nothing is done for an executor whose deposit does not hold the fee");
    return false;
  }
}
