/** How an observer signs what it saw, so that whoever is shown a figure can check whose word it is. */

import { canonicalJson, type JsonValue } from "../canonical.ts";
import type { Address, CompactSignature, Hex } from "../commitment-types.ts";
import type { CommitmentHasher } from "../commitments.ts";
import { bytesToHex } from "../hex.ts";
import { keccak256 } from "../keccak.ts";
import type { RecoverAddress } from "../signatures.ts";
import { createStructHasher, type Field } from "../struct-encoder.ts";
import { createDigester } from "../typed-data-digest.ts";

/** What is signed. It stands for no money: no contract knows it. */
export interface ObservedSheet {
  readonly observer: Address;
  /** Which sheet it is, such as `book`. */
  readonly kind: string;
  /** When it was drawn up: Unix seconds, by the observer's clock. */
  readonly observedAt: bigint;
  /** keccak256 of the content's canonical JSON (RFC 8785). */
  readonly contentHash: Hex;
}

/** Its fields in their signed order, in the domain of the deployment that the observer looked at. */
export const OBSERVED_SHEET_TYPE = [
  { name: "observer", type: "address" },
  { name: "kind", type: "string" },
  { name: "observedAt", type: "uint40" },
  { name: "contentHash", type: "bytes32" },
] as const satisfies readonly Field<keyof ObservedSheet>[];

const hashStruct = createStructHasher<ObservedSheet>("ObservedSheet", OBSERVED_SHEET_TYPE);
const utf8 = new TextEncoder();

/** `contentHash` of a sheet. Throws LloomError REQUEST_INVALID for what has no canonical JSON. */
export const hashSheetContent = (content: JsonValue): Hex => bytesToHex(keccak256(utf8.encode(canonicalJson(content))));

/** The digest that an observer signs. Throws LloomError REQUEST_INVALID for a field that is out of range. */
export const hashObservedSheet = ({ domainSeparator }: CommitmentHasher, sheet: ObservedSheet): Hex =>
  createDigester(domainSeparator)(hashStruct(sheet));

/** A sheet as it was received. */
export interface SheetToJudge {
  readonly hasher: CommitmentHasher;
  readonly recover: RecoverAddress;
  readonly sheet: Omit<ObservedSheet, "contentHash">;
  /** As it was received, before anything was left out of it. */
  readonly content: JsonValue;
  readonly signature: CompactSignature;
}

/** Whether the observer that a sheet names signed exactly this content, for this deployment. */
export function isSheetSigned({ hasher, recover, sheet, content, signature }: SheetToJudge): boolean {
  try {
    const digest = hashObservedSheet(hasher, { ...sheet, contentHash: hashSheetContent(content) });
    return recover(digest, signature) === sheet.observer;
  } catch {
    return false;
  }
}
