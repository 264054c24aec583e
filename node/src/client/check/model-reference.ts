import { LloomError } from "../../errors.ts";

/** A model as its caller names it. */
export interface ModelReference {
  readonly model: string;
  /** The SHA-256 of the weights, or the beginning of it: lower-case hexadecimal digits. */
  readonly weights?: string | undefined;
}

const MARK = "@sha256:";
const FEWEST_DIGITS = 8;
/** What a reference may have beyond the name. */
export const REFERENCE_BYTES = MARK.length + 64;

/** Reads `NAME` or `NAME@sha256:DIGITS`. Throws REQUEST_INVALID for digits that are none, too few or too many. */
export function parseModelReference(text: string): ModelReference {
  const at = text.toLowerCase().indexOf(MARK);
  if (at < 0) return { model: text };
  const weights = text.slice(at + MARK.length).toLowerCase();
  if (at > 0 && new RegExp(`^[0-9a-f]{${FEWEST_DIGITS},64}$`).test(weights))
    return { model: text.slice(0, at), weights };
  throw new LloomError("REQUEST_INVALID", `"${text}" names no weights.`, {
    next: `Ask for NAME${MARK}DIGITS, with ${FEWEST_DIGITS} to 64 hexadecimal digits of the SHA-256 of the weights.`,
    details: { param: "model" },
  });
}
