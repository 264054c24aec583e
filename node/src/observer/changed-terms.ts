import type { Hex } from "@lloom/protocol/commitment-types";
import { bytesToHex } from "@lloom/protocol/hex";
import { keccak256 } from "@lloom/protocol/keccak";
import { promisedBy } from "@lloom/protocol/profile";
import type { Terms, TermsChange } from "../store/observer/terms-log.ts";
import type { HeardOffer } from "./heard-offers.ts";

/** The hash by which the chain knows a model's name. */
export const hashOfModel = (name: string): Hex => bytesToHex(keccak256(new TextEncoder().encode(name)));

const termsOf = ({ signed }: HeardOffer): Terms => {
  const { inboundPrice, outboundPrice, maxContext, weightsHash } = signed.offer;
  const { evidence } = promisedBy(signed);
  return { inboundPrice, outboundPrice, maxContext, weightsHash, evidence, capacity: signed.capacity };
};

const isSame = (a: Terms, b: Terms): boolean =>
  (Object.keys(a) as (keyof Terms)[]).every((name) => a[name] === b[name]);

/** What one executor's offers changed since what is known of it: new terms, and models that it offers no more. */
export function changedTerms(
  known: readonly TermsChange[],
  offered: readonly HeardOffer[],
  nowMs: number,
): readonly TermsChange[] {
  const before = new Map(known.map((change) => [change.modelHash, change]));
  const changes = offered.flatMap((heard): TermsChange[] => {
    const { executor, model } = heard.signed.offer;
    const modelHash = hashOfModel(model);
    const last = before.get(modelHash)?.terms;
    before.delete(modelHash);
    const terms = termsOf(heard);
    return last !== undefined && isSame(last, terms) ? [] : [{ executor, model, modelHash, atMs: nowMs, terms }];
  });
  const gone = [...before.values()].filter(({ terms }) => terms !== undefined);
  return [...changes, ...gone.map((change) => ({ ...change, atMs: nowMs, terms: undefined }))];
}
