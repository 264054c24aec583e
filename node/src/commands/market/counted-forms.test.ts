import type { Address } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { formsOf, shownForms } from "./counted-forms.ts";

const A: Address = `0x${"aa".repeat(20)}`;

it("finds the counts of an executor and a model, and shows how many of how many were right", () => {
  const find = formsOf([
    { executor: A, model: "m", form: "calls", valid: 7, invalid: 1 },
    { executor: A, model: "m", form: "schema", valid: 2, invalid: 0 },
    { executor: A, model: "n", form: "schema", valid: 0, invalid: 4 },
  ]);
  expect(find(A, "m")).toEqual({ calls: { valid: 7, invalid: 1 }, schema: { valid: 2, invalid: 0 } });
  expect([find(A, "m"), find(A, "n"), find(A, "o")].map(shownForms)).toEqual(["9/10", "0/4", ""]);
});
