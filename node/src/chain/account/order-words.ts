import { RECEIVE_WITH_AUTHORIZATION_FIELDS } from "@lloom/protocol/collections";
import type { TypedData } from "@lloom/protocol/commitments";
import { COMMITMENT_DOMAIN, createCommitmentHasher, EIP712_TYPES } from "@lloom/protocol/commitments";
import { DELIVERY_CONCESSION_FIELDS } from "@lloom/protocol/delivery-concession";
import { DELIVERY_CONSENT_FIELDS } from "@lloom/protocol/delivery-consent";
import type { Chain } from "../chain.ts";
import { nonceOf, type Order } from "./orders.ts";
import { tokenDomain } from "./permit.ts";

/** What is signed, in words that a wallet can show. Throws UNSUPPORTED when the token's domain cannot be found out. */
export async function orderWords(chain: Chain, { type, message }: Order): Promise<TypedData> {
  const { chainId, accounting } = chain.domain;
  const domain = { ...COMMITMENT_DOMAIN, chainId, verifyingContract: accounting };
  if (type === "withdrawal") return { domain, ...words("Withdrawal", EIP712_TYPES.Withdrawal, message) };
  if (type === "allocation") return { domain, ...words("Allocation", EIP712_TYPES.Allocation, message) };
  if (type === "unlock") return { domain, ...words("Unlock", EIP712_TYPES.Unlock, message) };
  if (type === "concession")
    return { domain, ...words("DeliveryConcession", DELIVERY_CONCESSION_FIELDS, { id: message.id }) };
  if (type === "opening") {
    const responseHash = createCommitmentHasher(chain.domain).hashResponse(message.receipt.response);
    const consent = { opener: message.opener, responseHash };
    return { domain, ...words("DeliveryConsent", DELIVERY_CONSENT_FIELDS, consent) };
  }
  const { payer, collector, amount, validBefore } = message;
  const taken = { from: payer, to: collector, value: amount, validAfter: 0n, validBefore, nonce: nonceOf(message) };
  return {
    domain: await tokenDomain(chain),
    ...words("ReceiveWithAuthorization", RECEIVE_WITH_AUTHORIZATION_FIELDS, taken),
  };
}

/** Its fields alone: a message may have more. */
const words = <Name extends string>(
  primaryType: string,
  fields: readonly { readonly name: Name; readonly type: string }[],
  message: Readonly<Record<Name, string | bigint>>,
): Pick<TypedData, "primaryType" | "fields" | "message"> => ({
  ...{ primaryType, fields },
  message: Object.fromEntries(fields.map(({ name }) => [name, message[name]])),
});
