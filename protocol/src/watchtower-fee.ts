/**
 * What a watchtower may take for what it sends about a lane of an executor: a `Withdrawal` out of the executor's free deposit, which
 * the executor signs for the lane's newest pair and nobody has to be asked for again.
 */
import { hashWords } from "./abi-words.ts";
import type { Address, Receipt, Withdrawal } from "./commitment-types.ts";
import { accountingV2Facts, deliveryDisputesFacts } from "./generated/facts.ts";
import { hexToBytes } from "./hex.ts";

/** After a request's deadline so long its pair may have to be settled or shown: what a watchtower keeps it for. */
export const ENTRUSTED_SECONDS =
  accountingV2Facts.SETTLE_WINDOW + deliveryDisputesFacts.CHALLENGE_WINDOW + deliveryDisputesFacts.REVEAL_WINDOW;

/**
 * The order to sign. Its nonce is keccak256(abi.encode(bytes32 requestHash, address to)): one fee for a pair and a watchtower,
 * whatever amounts were signed for it. One that takes its fee takes it from no other.
 */
export const watchtowerFee = (
  { request, response }: Pick<Receipt, "request" | "response">,
  { to, amount }: { readonly to: Address; readonly amount: bigint },
): Withdrawal => ({
  ...{ client: request.executor, to, amount },
  nonce: BigInt(hashWords(hexToBytes(response.requestHash), hexToBytes(to))),
  deadline: request.deadline + ENTRUSTED_SECONDS,
});
