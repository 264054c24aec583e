/** What a client signs so that a validator may complain of one of its answers: EIP-712 in AccountingV2's domain. */
import type { Address, Hex } from "./commitment-types.ts";
import { createStructHasher, type Field } from "./struct-encoder.ts";
import { createDigester } from "./typed-data-digest.ts";

export interface DisputeConsent {
  /** The only account that may use it. */
  readonly challenger: Address;
  readonly requestHash: Hex;
}

/** As ethers' `signTypedData` takes it; wallets need `EIP712_TYPES.EIP712Domain` beside it. */
export const DISPUTE_CONSENT_FIELDS = [
  { name: "challenger", type: "address" },
  { name: "requestHash", type: "bytes32" },
] as const satisfies readonly Field<keyof DisputeConsent>[];

const hashStruct = createStructHasher<DisputeConsent>("DisputeConsent", DISPUTE_CONSENT_FIELDS);

/** The digest to sign. Throws LloomError REQUEST_INVALID for a value that does not fit its field. */
export function hashDisputeConsent(domainSeparator: Hex, consent: DisputeConsent): Hex {
  return createDigester(domainSeparator)(hashStruct(consent));
}
