import type { z } from "zod";

/** What a value of a JSON file must be, by the schema's word for it. */
const KINDS: Readonly<Record<string, string>> = {
  bigint: "must be a whole number as text, of 1 to 78 digits",
  string: "must be text",
  object: "must be an object",
  array: "must be a list",
};

/** What is wrong with a field of a JSON file, in words that follow its name; undefined: the schema says it itself. */
export const issueWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return "is missing";
  if (issue.code === "invalid_type") return KINDS[issue.expected];
  if (issue.code === "too_small") return `must be at least ${issue.minimum}`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  if (issue.code === "invalid_value") return `must be ${issue.values.join(" or ")}`;
  return undefined;
};
