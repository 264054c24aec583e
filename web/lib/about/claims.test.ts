import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { CONTRACTS, ENFORCED, NOT_COVERED, TRUSTED } from "./claims.ts";

const exists = (path: string): boolean => existsSync(new URL(`../../../${path}`, import.meta.url));
const claims = [...ENFORCED, ...TRUSTED, ...NOT_COVERED];

test("every contract and page that is named is there", () => {
  const paths = [...Object.values(CONTRACTS), ...claims.map(({ docs }) => docs)];
  expect(paths.filter((path) => !exists(path))).toEqual([]);
});

test("what is enforced has a contract that enforces it, what is not covered has none", () => {
  expect(ENFORCED.filter(({ contracts }) => contracts.length === 0)).toEqual([]);
  expect(NOT_COVERED.filter(({ contracts }) => contracts.length > 0)).toEqual([]);
});
