// The generated facts against the text of the contracts: another way to the same truth than the compiler's.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import * as facts from "../protocol/src/generated/facts.ts";

const ROOT = join(import.meta.dirname, "..");

interface Enum {
  readonly name: string;
  readonly members: readonly string[];
}

const text = (path: string): string => readFileSync(join(ROOT, path), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
const sources = globSync("contracts/**/*.sol", { cwd: ROOT }).map(text);

const enums: Enum[] = sources.flatMap((source) =>
  [...source.matchAll(/\benum (\w+) \{([^}]*)\}/g)].map(([, name = "", members = ""]) => ({
    name,
    members: members.split(",").map((member) => member.trim()),
  })),
);

const generated = Object.values(facts).flatMap((of) =>
  Object.entries(of)
    .filter(([, members]) => typeof members === "object")
    .map(([name, members]): Enum => ({ name, members: members as unknown as readonly string[] })),
);

it("has every enum of the contracts, its names in their order", () => {
  expect(enums.length).toBeGreaterThan(10);
  expect(generated).toHaveLength(enums.length);
  expect(generated).toEqual(expect.arrayContaining(enums));
});

it("has every number that a contract makes public", () => {
  const named = sources.flatMap((source) =>
    [...source.matchAll(/\buint\d* public constant (\w+)/g)].map(([, name = ""]) => name),
  );
  const known = new Set(Object.values(facts).flatMap(Object.keys));
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
