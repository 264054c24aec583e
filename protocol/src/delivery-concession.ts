/** What an executor signs that concedes a delivery dispute, for anybody to send: EIP-712 in AccountingV2's domain. */
import type { Hex } from "./commitment-types.ts";
import { createStructHasher, type Field } from "./struct-encoder.ts";
import { createDigester } from "./typed-data-digest.ts";

export interface DeliveryConcession {
  /** Of the dispute. */
  readonly id: Hex;
}

/** As ethers' `signTypedData` takes it; wallets need `EIP712_TYPES.EIP712Domain` beside it. */
export const DELIVERY_CONCESSION_FIELDS = [{ name: "id", type: "bytes32" }] as const satisfies readonly Field<
  keyof DeliveryConcession
>[];

const hashStruct = createStructHasher<DeliveryConcession>("DeliveryConcession", DELIVERY_CONCESSION_FIELDS);

/** The digest to sign. Throws LloomError REQUEST_INVALID for a value that does not fit its field. */
export function hashDeliveryConcession(domainSeparator: Hex, concession: DeliveryConcession): Hex {
  return createDigester(domainSeparator)(hashStruct(concession));
}
