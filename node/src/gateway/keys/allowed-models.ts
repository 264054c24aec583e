import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { parseModelReference } from "../../client/check/model-reference.ts";
import type { ModelSummary } from "../../client/discover/model-summary.ts";

/** Whether one of the entries, `NAME` or `NAME@sha256:DIGITS`, lets this model be asked for: of weights by name, all that begin so. */
export function isAllowed(entries: readonly string[], asked: string): boolean {
  const { model, weights } = parseModelReference(asked);
  return entries.map(parseModelReference).some((entry) => {
    if (entry.model !== model) return false;
    return entry.weights === undefined || weights?.startsWith(entry.weights) === true;
  });
}

/** Whether one of the entries lets what is on sale under this name be asked for, by the name or by some of its weights. */
export const isAllowedInPart = (entries: readonly string[], { model, weights }: ModelSummary): boolean =>
  isAllowed(entries, model) ||
  weights.some(({ hash }) => hash !== ZERO_HASH && isAllowed(entries, `${model}@sha256:${hash.slice(2)}`));
