import {
  authorizedTransferCall,
  rehearseTransfer,
  takesAuthorizations,
} from "../../chain/account/authorized-transfer.ts";
import type { Chain } from "../../chain/chain.ts";
import { chainFailure, isRefusal } from "../../chain/chain-failure.ts";
import { readTokenBalance } from "../../chain/reads.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Facilitator, PaymentOrder } from "./facilitator.ts";

const WHAT = "take a payment";

/** Checks payments against the chain and takes them by transactions of the gateway's own account, which pays the gas. */
export function localFacilitator(chain: Chain): Facilitator {
  const { sender } = chain;
  if (sender === undefined) throw new LloomError("INTERNAL", "Payments are taken by an account, and there is none.");
  const callOf = ({ payment: { authorization, signature } }: PaymentOrder) =>
    authorizedTransferCall(chain, authorization, signature);
  return {
    check: async () => {
      if (await takesAuthorizations(chain)) return;
      throw new LloomError("CONFIG_INVALID", `${chain.tokenSymbol} takes no signed transfers (ERC-3009).`, {
        next: "Leave --x402 out: this network's token cannot be paid with so.",
      });
    },
    verify: async (order) => {
      const { from, value } = order.payment.authorization;
      if ((await readTokenBalance(chain, from)) < value + order.alsoOwed)
        return "invalid_exact_evm_insufficient_balance";
      try {
        await rehearseTransfer(chain, callOf(order));
        return undefined;
      } catch (thrown) {
        const failure = chainFailure(thrown, { what: WHAT });
        if (isRefusal(failure)) return "invalid_exact_evm_transaction_simulation_failed";
        throw failure;
      }
    },
    settle: async (order, signal) => {
      try {
        const { transactionHash } = await sender.send(callOf(order), { signal });
        return { taken: true, transaction: transactionHash };
      } catch (thrown) {
        const failure = asLloomError(thrown);
        // What was signed may be mined whatever went wrong behind it, unless the contract refused it.
        if ("transactionHashes" in failure.details && !isRefusal(failure)) throw failure;
        return { taken: false, reason: reasonOf(failure) };
      }
    },
  };
}

const reasonOf = (failure: LloomError): string =>
  isRefusal(failure) ? "invalid_exact_evm_transaction_failed" : "settlement_not_possible_now";
