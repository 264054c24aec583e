import { describe, expect, it } from "vitest";
import * as abis from "../generated/abi.ts";
import { type DecodedError, revertOf } from "./words.ts";

const UNIT = { decimals: 6, symbol: "tUSD" };
/** Errors of tokens and of what calls them, which are in no contract of ours. */
const OF_TOKENS: readonly DecodedError[] = [
  { name: "EnforcedPause", inputs: [], args: [] },
  { name: "SafeERC20FailedOperation", inputs: ["token"], args: ["0xAB"] },
];

/** Every error of the contracts, with another value in each place: 1 000 001, 1 000 002 and so on. */
const OURS: readonly DecodedError[] = Object.values(abis)
  .flatMap((abi) => abi.filter((item) => item.type === "error"))
  .map(({ name, inputs }) => ({
    name,
    inputs: inputs.map((input, index) => input.name || String(index)),
    args: inputs.map((_, index) => 1_000_001n + BigInt(index)),
  }));

const told = (error: DecodedError, unit?: typeof UNIT) => revertOf("0x12345678", () => error, unit);
const shownOf = ({ name, inputs, args }: DecodedError): string =>
  `${name}(${inputs.map((input, index) => `${input} ${String(args[index]).toLowerCase()}`).join(", ")})`;

describe("a contract's refusal in words", () => {
  it("has its name and every value, and words before them for those that people meet", () => {
    const withWords = [...OURS, ...OF_TOKENS].filter((error) => {
      const { name, values, sentence } = told(error, UNIT);
      expect(name).toBe(error.name);
      expect(values).toEqual(
        Object.fromEntries(error.inputs.map((input, at) => [input, String(error.args[at]).toLowerCase()])),
      );
      if (sentence === shownOf(error)) return false;
      expect(sentence.endsWith(` [${shownOf(error)}]`)).toBe(true);
      expect(sentence).toMatch(/^[^[]*[a-z]+ [a-z]+[^[]* \[/);
      return true;
    });
    expect(new Set(withWords.map(({ name }) => name)).size).toBeGreaterThanOrEqual(37);
  });

  it.each([
    ["of a token whose unit is known", UNIT],
    ["of a token that is unknown", undefined],
  ])("names values that the error has, and no others: %s", (_, unit) => {
    for (const error of [...OURS, ...OF_TOKENS]) {
      const { sentence } = told(error, unit);
      const words = sentence.slice(0, sentence.indexOf(shownOf(error)));
      expect(words).not.toMatch(/undefined|1970-01-01T00/);
      // Which of the values the words name: each in a form of its own.
      const named = error.args.filter((value) =>
        [String(value).toLowerCase(), ...(typeof value === "bigint" ? formsOf(value) : [])].some((form) =>
          words.includes(form),
        ),
      );
      if (/\d{4}|\d\.\d/.test(words)) expect(named, sentence).not.toEqual([]);
    }
  });

  it("shows amounts in the token's unit, or says that they are base units", () => {
    const error = { name: "StakeInsufficient", inputs: ["available", "asked"], args: [1_500_000n, 2_000_000n] };
    expect(told(error, UNIT).sentence).toMatch(/1\.5 tUSD.*2 tUSD/);
    expect(told(error).sentence).toMatch(/1500000 base units.*2000000 base units/);
  });

  it("shows one amount of an error that has several names for it, and which ones those are", () => {
    const error = { name: "AccountingNothingWithdrawable", inputs: [""], args: [2_500_000n] };
    expect(told(error, UNIT)).toMatchObject({
      values: { 0: "2500000" },
      sentence: expect.stringContaining("2.5 tUSD"),
    });
  });

  it("tells a reason in words as the token's own, and what nobody knows by how it begins", () => {
    expect(revertOf(undefined, () => undefined).sentence).toMatch(/no reason/);
    expect(told({ name: "Error", inputs: ["reason"], args: ["Paused"] })).toMatchObject({
      ...{ name: "Error", values: { reason: "paused" } },
      sentence: expect.stringContaining('"Paused"'),
    });
    const strange = revertOf("0x1234567890", () => undefined);
    expect(strange).toMatchObject({ name: "unknown", values: {}, sentence: expect.stringContaining("0x12345678") });
    expect(strange.sentence).not.toContain("0x123456789");
  });

  it.each([undefined, null, "0x"])("says that nothing was said, without asking what it means: %s", (data) => {
    const asked = (): DecodedError => ({ name: "EnforcedPause", inputs: [], args: [] });
    expect(revertOf(data, asked)).toMatchObject({ name: "unknown", values: {} });
  });
});

const formsOf = (value: bigint): readonly string[] => [
  new Date(Number(value) * 1_000).toISOString(),
  `${value / 1_000_000n}.${String(value % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "")} tUSD`,
];
