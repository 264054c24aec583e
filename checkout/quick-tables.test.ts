import { describe, expect, it } from "vitest";
import type { FunctionTable } from "./quick-tables.ts";
import "./quick-tables.ts";

/** A module of two functions, `one` and `two`, that give these numbers, and a table of three places with both. */
const BYTES = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f],
  ...[0x03, 0x03, 0x02, 0x00, 0x00],
  ...[0x04, 0x04, 0x01, 0x70, 0x00, 0x03],
  ...[
    0x07, 0x13, 0x03, 0x03, 0x6f, 0x6e, 0x65, 0x00, 0x00, 0x03, 0x74, 0x77, 0x6f, 0x00, 0x01, 0x03, 0x74, 0x61, 0x62,
    0x01, 0x00,
  ],
  ...[0x09, 0x08, 0x01, 0x00, 0x41, 0x00, 0x0b, 0x02, 0x00, 0x01],
  ...[0x0a, 0x0b, 0x02, 0x04, 0x00, 0x41, 0x01, 0x0b, 0x04, 0x00, 0x41, 0x02, 0x0b],
]);

interface Exports {
  readonly one: () => number;
  readonly two: () => number;
  readonly tab: FunctionTable;
}

const { Module, Instance } = Reflect.get(globalThis, "WebAssembly") as {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: Exports };
};
const open = (): Exports => new Instance(new Module(BYTES)).exports;

describe("a table of functions", () => {
  it("answers as it would without this, the first time and later", () => {
    const { one, two, tab } = open();
    for (let time = 0; time < 2; time++) expect([tab.get(0), tab.get(1), tab.get(2)]).toEqual([one, two, null]);
    expect(() => tab.get(3)).toThrow(RangeError);
  });

  it("tells what was put there since, and where it grew", () => {
    const { one, two, tab } = open();
    expect(tab.get(0)).toBe(one);
    tab.set(0, two);
    expect(tab.get(0)).toBe(two);
    tab.grow(1);
    tab.set(3, one);
    expect(tab.get(3)).toBe(one);
  });

  it("is not taken for another one", () => {
    const [first, second] = [open(), open()];
    first.tab.set(0, first.two);
    for (let time = 0; time < 2; time++) expect([first.tab.get(0), second.tab.get(0)]).toEqual([first.two, second.one]);
  });
});
