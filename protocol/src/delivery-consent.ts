/** What a client signs so that somebody else may open a delivery dispute for it: EIP-712 in AccountingV2's domain. */
import type { Address, Hex } from "./commitment-types.ts";
import { createStructHasher, type Field } from "./struct-encoder.ts";
import { createDigester } from "./typed-data-digest.ts";

export interface DeliveryConsent {
  /** The only account that may use it: who posts the bond. */
  readonly opener: Address;
  /** Of the answer that never came, which the dispute makes public. */
  readonly responseHash: Hex;
}

/** As ethers' `signTypedData` takes it; wallets need `EIP712_TYPES.EIP712Domain` beside it. */
export const DELIVERY_CONSENT_FIELDS = [
  { name: "opener", type: "address" },
  { name: "responseHash", type: "bytes32" },
] as const satisfies readonly Field<keyof DeliveryConsent>[];

const hashStruct = createStructHasher<DeliveryConsent>("DeliveryConsent", DELIVERY_CONSENT_FIELDS);

/** The digest to sign. Throws LloomError REQUEST_INVALID for a value that does not fit its field. */
export function hashDeliveryConsent(domainSeparator: Hex, consent: DeliveryConsent): Hex {
  return createDigester(domainSeparator)(hashStruct(consent));
}
