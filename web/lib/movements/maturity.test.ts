import { expect, it } from "vitest";
import { maturesAt } from "./maturity.ts";

it.each([
  [0, 172_800],
  [86_399, 172_800],
  [86_400, 259_200],
])("of what was settled at %d comes when the day after ends", (timestamp, at) =>
  expect(maturesAt({ timestamp })).toBe(at),
);
