import { expect, test } from "vitest";
import { BoundedLabel } from "./bounded-label.ts";

test("keeps the first values, and counts all others as one", () => {
  const label = new BoundedLabel(2);
  expect(["a", "b", "c", "a", "d", "b"].map((value) => label.of(value))).toEqual([
    "a",
    "b",
    "other",
    "a",
    "other",
    "b",
  ]);
});

test("writes no value that is longer than a name", () => {
  const label = new BoundedLabel(2);
  expect(label.of("x".repeat(200))).toBe("other");
  expect([label.of("a"), label.of("b")]).toEqual(["a", "b"]);
});
