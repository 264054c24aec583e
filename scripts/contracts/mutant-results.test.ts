import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf, MutantResults } from "./mutant-results.ts";
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

  it("are there for the run that goes on, whatever number a mutant has in it, and for no other", () => {
    const first = new MutantResults(file, { digest: "a", goesOn: true });
    first.note(mutant(7), true);
    first.note(mutant(9), false);
    const next = new MutantResults(file, { digest: "a", goesOn: true });
    expect([{ ...mutant(7), id: 99 }, mutant(9), mutant(7, ">"), mutant(8)].map((one) => next.of(one))).toEqual([
      ...[true, false, undefined, undefined],
    ]);
    expect(new MutantResults(file, { digest: "b", goesOn: true }).of(mutant(7))).toBeUndefined();
    new MutantResults(file, { digest: "b", goesOn: true }).note(mutant(7), true);
    expect(new MutantResults(file, { digest: "b", goesOn: false }).of(mutant(7))).toBeUndefined();
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
