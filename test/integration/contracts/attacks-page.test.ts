import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
const ATTACKS = 91;
const INVARIANTS = 30;

interface Row {
  readonly id: string;
  /** Names of tests in the row's last column. */
  readonly tests: readonly string[];
  readonly heldBy: string;
}

const page = readFileSync(join(ROOT, "docs/contracts-attacks.md"), "utf8");
const rows: Row[] = [...page.matchAll(/^\| (I?\d+) \|.*\| ([^|]*) \|$/gm)].map(([, id = "", heldBy = ""]) => ({
  id,
  heldBy,
  tests: [...heldBy.matchAll(/`((?:test|testFuzz|invariant)_\w+)`/g)].map(([, name = ""]) => name),
}));
const attacks = rows.filter(({ id }) => !id.startsWith("I"));
const invariants = rows.filter(({ id }) => id.startsWith("I"));

/** The comment above every Solidity test, by the test's name. */
const tests = new Map<string, string>();
/** Names that more than one test has. */
const repeated = new Set<string>();
for (const path of globSync("test/contracts/**/*.t.sol", { cwd: ROOT })) {
  const source = readFileSync(join(ROOT, path), "utf8");
  for (const [, comment = "", name = ""] of source.matchAll(
    /((?:^ *\/\/\/.*\n)*)^ *function ((?:test|testFuzz|invariant)_\w+)\(/gm,
  )) {
    if (tests.has(name)) repeated.add(name);
    tests.set(name, comment);
  }
}

const upTo = (last: number, prefix = ""): string[] => Array.from({ length: last }, (_, i) => `${prefix}${i + 1}`);

describe("the page of attacks and invariants", () => {
  it("has a row for every attack and every invariant, in order", () => {
    expect(attacks.map(({ id }) => id)).toEqual(upTo(ATTACKS));
    expect(invariants.map(({ id }) => id)).toEqual(upTo(INVARIANTS, "I"));
  });

  it("names tests that exist", () => {
    const missing = rows.flatMap((row) => row.tests.filter((name) => !tests.has(name)).map((name) => [row.id, name]));
    expect(missing).toEqual([]);
  });

  it("names no test whose name another one has too", () => {
    expect(rows.flatMap((row) => row.tests.filter((name) => repeated.has(name)))).toEqual([]);
  });

  it("names every test of an attack in the row of its number", () => {
    const misplaced = [...tests.keys()].filter((name) => {
      const number = /_Attack(\d+)_/.exec(name)?.[1];
      if (number === undefined) return /Attack\d/.test(name);
      return !attacks.some(({ id, tests: named }) => Number(id) === Number(number) && named.includes(name));
    });
    expect(misplaced).toEqual([]);
  });

  it("says who meets an attack that no test is numbered for", () => {
    const silent = attacks.filter(({ id, tests: named, heldBy }) => {
      const numbered = named.some((name) => name.includes(`_Attack${id.padStart(2, "0")}_`));
      return !numbered && heldBy.replaceAll(/`[^`]*`/g, "").trim().length < 20;
    });
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  it("names for every invariant a test above which it stands in words", () => {
    const wordless = invariants.flatMap(({ id, tests: named }) => {
      if (named.length === 0) return [`${id}: no test`];
      const words = new RegExp(`^ *///? ${id}: \\S`, "m");
      return named.filter((name) => !words.test(tests.get(name) ?? "")).map((name) => `${id}: ${name}`);
    });
    expect(wordless).toEqual([]);
  });
});
