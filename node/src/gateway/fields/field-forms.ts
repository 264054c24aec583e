import { z } from "@lloom/protocol/zod";

/** Forms of fields. What is wrong with one gets the same sentence, whatever is wrong with it. */

export const textField = z
  .string("must be text")
  .refine((value) => value.isWellFormed(), "must be well-formed: it has half of a surrogate pair");

export const wholeField = (minimum: number, maximum: number) => {
  const problem = `must be a whole number from ${minimum} to ${maximum}`;
  return z.int(problem).min(minimum, problem).max(maximum, problem);
};

export const numberField = (minimum: number, maximum: number) => {
  const problem = `must be a number from ${minimum} to ${maximum}`;
  return z.number(problem).min(minimum, problem).max(maximum, problem);
};

export const flagField = z.boolean("must be true or false");
