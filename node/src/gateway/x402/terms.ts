import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { transferDigest } from "../../chain/account/authorized-transfer.ts";
import type { TokenDomain } from "../../chain/account/permit.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import { type CallPayment, checksummed, type PaymentRequirements } from "./payment-form.ts";

/** In what callers without an account pay, and whom. */
export interface PaymentTerms {
  /** The token's own domain, which says chain and token too. */
  readonly domain: TokenDomain;
  readonly payTo: Address;
  /** From a payment's signature to its taking. */
  readonly maxTimeoutSeconds: number;
}

/** A payment that would be worth something for longer is refused: it would have to be remembered for as long. */
const LONGEST_SECONDS = 7 * 86_400;

/** What has to be paid, in the form of x402. */
export function requirementsFor(
  { domain: { name, version, chainId, verifyingContract }, payTo, maxTimeoutSeconds }: PaymentTerms,
  amount: bigint,
): PaymentRequirements {
  return {
    scheme: "exact",
    network: `eip155:${chainId}`,
    amount: amount.toString(),
    asset: checksummed(verifyingContract),
    payTo: checksummed(payTo),
    maxTimeoutSeconds,
    extra: { name, version },
  };
}

/**
 * What is wrong with a payment by itself, in a word of x402's; undefined if nothing is. Its signature is the payer's own key's: accounts
 * that are contracts sign otherwise, and cannot pay here. `leastSeconds`: for which it has to be good yet.
 */
export function flawOf(
  { accepted, authorization, signature }: CallPayment,
  { domain, payTo }: PaymentTerms,
  { nowSeconds, leastSeconds }: { readonly nowSeconds: bigint; readonly leastSeconds: number },
): string | undefined {
  const { from, to, value, validAfter, validBefore } = authorization;
  if (accepted.scheme !== "exact") return "invalid_exact_evm_scheme";
  if (accepted.network !== `eip155:${domain.chainId}` || accepted.asset !== domain.verifyingContract)
    return "invalid_exact_evm_network_mismatch";
  if (accepted.payTo !== payTo || to !== payTo) return "invalid_exact_evm_recipient_mismatch";
  if (value !== accepted.amount) return "invalid_exact_evm_authorization_value";
  if (validAfter >= nowSeconds) return "invalid_exact_evm_payload_authorization_valid_after";
  if (validBefore < nowSeconds + BigInt(leastSeconds) || validBefore > nowSeconds + BigInt(LONGEST_SECONDS))
    return "invalid_exact_evm_payload_authorization_valid_before";
  const digest: Hex = transferDigest(domain, authorization);
  return recoverAddress(digest, signature) === from ? undefined : "invalid_exact_evm_signature";
}
