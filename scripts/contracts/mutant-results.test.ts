import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf, MutantResults, type ResultsOptions } from "./mutant-results.ts";
import type { Mutant } from "./mutants.ts";

const mutant = (place: number, to = "<="): Mutant => ({
  id: 1,
  path: "contracts/A.sol",
  line: 3,
  place,
  from: "<",
  to,
});

describe("results of mutants", () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lloom-mutants-"));
    file = join(folder, "new", "contracts.jsonl");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const open = (contracts: string, tests: string, keep: ResultsOptions["keep"]): MutantResults =>
    new MutantResults(file, { contracts, tests, keep });

  it("are there for the run that goes on, whatever number a mutant has in it, and for no other", () => {
    const first = open("a", "1", "all");
    first.note(mutant(7), true);
    first.note(mutant(9), false);
    const next = open("a", "1", "all");
    expect([{ ...mutant(7), id: 99 }, mutant(9), mutant(7, ">"), mutant(8)].map((one) => next.of(one))).toEqual([
      ...[true, false, undefined, undefined],
    ]);
    expect(open("a", "2", "all").of(mutant(7))).toBeUndefined();
    open("a", "2", "all").note(mutant(7), true);
    expect(open("a", "2", "nothing").of(mutant(7))).toBeUndefined();
    open("a", "2", "all").note(mutant(7), true);
    expect(open("b", "2", "all").of(mutant(7))).toBeUndefined();
  });

  it("of the same contracts are what was noticed, once more tests were written", () => {
    const first = open("c", "1", "nothing");
    first.note(mutant(7), true);
    first.note(mutant(9), false);
    for (const tests of ["2", "3"]) {
      const next = open("c", tests, "noticed");
      expect([mutant(7), mutant(9)].map((one) => next.of(one))).toEqual([true, undefined]);
    }
    expect(open("d", "3", "noticed").of(mutant(7))).toBeUndefined();
  });

  it("belong to sources by their names and texts", () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const one = digestOf(
      new Map([
        ["a", bytes("1")],
        ["b", bytes("2")],
      ]),
    );
    expect(
      digestOf(
        new Map([
          ["b", bytes("2")],
          ["a", bytes("1")],
        ]),
      ),
    ).toBe(one);
    expect(
      digestOf(
        new Map([
          ["a", bytes("12")],
          ["b", bytes("")],
        ]),
      ),
    ).not.toBe(one);
    expect(
      digestOf(
        new Map([
          ["a", bytes("1")],
          ["c", bytes("2")],
        ]),
      ),
    ).not.toBe(one);
  });
});
