import { expect, it } from "vitest";
import { z } from "zod";
import { issueWords } from "./issue-words.ts";

const schema = z.object({
  text: z.string(),
  whole: z.bigint().min(2n).max(9n),
  part: z.object({}),
  list: z.array(z.string()),
  kind: z.enum(["queued", "running"]),
  flag: z.boolean(),
  hash: z.string().startsWith("0x"),
});
const right = { text: "", whole: 5n, part: {}, list: [], kind: "queued", flag: true, hash: "0x" };

const wordsFor = (wrong: object): readonly (readonly [string, string])[] =>
  (schema.safeParse({ ...right, ...wrong }, { error: issueWords }).error?.issues ?? []).map(({ path, message }) => [
    path.join("."),
    message,
  ]);

it.each([
  [{ text: undefined }, "text", "is missing"],
  [{ text: 5 }, "text", "must be text"],
  [{ whole: "x" }, "whole", "must be a whole number as text, of 1 to 78 digits"],
  [{ whole: 1n }, "whole", "must be at least 2"],
  [{ whole: 10n }, "whole", "must be at most 9"],
  [{ part: [] }, "part", "must be an object"],
  [{ list: {} }, "list", "must be a list"],
  [{ kind: "done" }, "kind", "must be queued or running"],
])("says in words what a wrong field must be, case %#", (wrong, field, words) => {
  expect(wordsFor(wrong)).toEqual([[field, words]]);
});

it("leaves the words to the schema where it has none of its own", () => {
  expect(wordsFor({})).toEqual([]);
  expect(wordsFor({ flag: 5 })).toEqual([["flag", expect.stringContaining("expected boolean")]]);
  expect(wordsFor({ hash: "0y" })).toEqual([["hash", expect.stringContaining("must start with")]]);
});
