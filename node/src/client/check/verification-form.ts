import { z } from "@lloom/protocol/zod";
import { parseVerification, VERIFICATION_FORM } from "./verification.ts";

const PROBLEM = `must be ${VERIFICATION_FORM}`;

/** A verification as settings and requests write it. */
export const verificationForm = z.string(PROBLEM).transform((text, place) => {
  const parsed = parseVerification(text);
  if (parsed !== undefined) return parsed;
  place.addIssue(PROBLEM);
  return z.NEVER;
});
