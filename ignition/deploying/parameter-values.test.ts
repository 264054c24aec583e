import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZeroAddress } from "ethers";
import { afterAll, describe, expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import { type ModuleName, PARAMETERS, type Parameter } from "../parameters.ts";
import { ParameterFileError, parseSections, readSections } from "./parameter-file.ts";
import { moduleOf, readValues } from "./parameter-values.ts";

const USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const folder = mkdtempSync(join(tmpdir(), "lloom-parameters-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Why something is refused; fails if it is not. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof ParameterFileError) return `${thrown.message}\n${thrown.next}`;
    throw thrown;
  }
  throw new Error("It was not refused.");
}

const values = (parameters: Readonly<Record<string, unknown>>, module: ModuleName = "Lloom") =>
  readValues({ sections: { Lloom: parameters }, module, name: "file.json5" });
const refusedFor = (parameters: Readonly<Record<string, unknown>>, module?: ModuleName): string =>
  refusal(() => values(parameters, module));

describe("reading a parameter file", () => {
  it.each([
    [
      "a comma that lacks",
      '{\n  Lloom: {\n    auditOdds: "16n"\n    jurorFee: "1n",\n  },\n}',
      /, line 4, column 5: inv/,
    ],
    ["half a file", "{ Lloom: {", /, line 1, column 11: invalid end of input\.\n/],
    ["an empty file", "", /, line 1, column 1: invalid end of input\.\n/],
    ["a list", "[1]", / holds no object\.\n/],
    ["a text for a section", '{ Lloom: "x" }', /: "Lloom" is no section with parameters\.\n/],
  ])("says where the mistake is in %s", (_, text, expected) => {
    const file = join(folder, "wrong.json5");
    writeFileSync(file, text);
    const why = refusal(() => readSections(file));
    expect(why).toMatch(expected);
    expect(why).toContain(`${file}`);
    expect(why).not.toMatch(/JSON5:|zod|EISDIR/);
  });

  it.each([
    ["UTF-16", Buffer.from("\ufeff{ Lloom: {} }", "utf16le"), "is text in UTF-16, not in UTF-8."],
    ["Latin-1", Buffer.from('{ Lloom: { name: "Perch\u00e9" } }', "latin1"), "is no text in UTF-8."],
  ])("refuses text in %s by its name, and mends nothing", (_, bytes, problem) => {
    const file = join(folder, "encoded.json5");
    writeFileSync(file, bytes);
    expect(refusal(() => readSections(file))).toMatch(`${file} ${problem}\nSave it as UTF-8`);
  });

  it("takes off a byte-order mark", () => {
    const file = join(folder, "marked.json5");
    writeFileSync(file, "\ufeff{ Lloom: {} }");
    expect(readSections(file)).toEqual({ Lloom: {} });
  });

  it("says that a folder and a missing file are no parameter files", () => {
    expect(refusal(() => readSections(folder))).toBe(
      `${folder} is a folder, not a parameter file.\nGive a file such as those in ignition/parameters.`,
    );
    const missing = join(folder, "missing.json5");
    expect(refusal(() => readSections(missing))).toContain(`There is no file ${missing}.`);
  });
});

describe("the parameters of a module", () => {
  it.each([
    ["local", "Lloom"],
    ["sepolia", "Lloom"],
    ["mainnet-example", "LloomOnToken"],
  ] as const)("fit %s.json5, which states every number", (name, module) => {
    const sections = readSections(join(ROOT, `ignition/parameters/${name}.json5`));
    expect(moduleOf(sections)).toBe(module);
    const read = readValues({ sections, module, name });
    const open = [...read].filter(([, { isStated }]) => !isStated).map(([one]) => one);
    expect(open).toEqual(module === "Lloom" ? ["treasury", "arbitrator"] : []);
  });

  it("default to the numbers of local.json5", () => {
    const text = readFileSync(join(ROOT, "ignition/parameters/local.json5"), "utf8");
    const stated = readValues({ sections: parseSections(text, "local"), module: "Lloom", name: "local" });
    const texts = (map: typeof stated) => [...map].map(([name, { text: value }]) => [name, value]);
    expect(texts(values({}))).toEqual(texts(stated));
  });

  it("keep apart what is stated and what is the default", () => {
    const read = readValues({ sections: { Lloom: { auditOdds: "60n" } }, module: "Lloom", name: "x", deployer: USDC });
    expect(read.get("auditOdds")).toEqual({ text: "60", isStated: true });
    expect(read.get("jurorFee")).toEqual({ text: "200000", isStated: false });
    expect(read.get("treasury")).toEqual({ text: USDC, isStated: false });
  });

  it.each([
    ["minimumExecutrStake", "Lloom", /minimumExecutrStake is unknown; did you mean minimumExecutorStake\?/],
    ["paymenttoken", "Lloom", /paymenttoken is unknown; did you mean paymentToken\?/],
    ["somethingElse", "Lloom", /somethingElse is unknown$/m],
    ["toString", "Lloom", /toString is unknown$/m],
    ["paymentToken", "Lloom", /paymentToken is no parameter of Lloom\.ts, but of LloomOnToken\.ts$/m],
    ["stakeRegistry", "LloomOnToken", /stakeRegistry is no parameter of LloomOnToken\.ts, but of Audits\.ts$/m],
  ] as const)("refuse the name %s for %s", (name, module, expected) =>
    expect(refusedFor({ [name]: "1n" }, module)).toMatch(expected),
  );

  it.each(Object.entries(PARAMETERS).filter(([, { kind }]) => kind === "number"))("keep the bounds of %s", (name) => {
    const parameter: Parameter = PARAMETERS[name as keyof typeof PARAMETERS];
    if (parameter.kind !== "number") throw new Error(name);
    const { least, most, unit } = parameter;
    // Eighty of the smallest fee have to fit the smallest stake.
    const lowest = name === "minimumExecutorStake" ? 80n : least;
    for (const number of [lowest, most]) {
      const others = { minimumExecutorStake: `${2n ** 96n - 1n}n`, jurorFee: "1n" };
      expect(values({ ...others, [name]: `${number}n` }).get(name)?.text).toBe(String(number));
    }
    expect(refusedFor({ [name]: `${most + 1n}n` })).toContain(
      `${name} is "${most + 1n}n"; it takes ${least} to ${most} ${unit}`,
    );
    if (least > 0n) expect(refusedFor({ [name]: `${least - 1n}n` })).toContain(`it takes ${least} to ${most} ${unit}`);
  });

  it.each([
    ["1.5", 'is "1.5"; it takes whole base units in quotes, with n: "200000n"'],
    ["20", 'is "20"; it takes whole base units in quotes, with n: "20n"'],
    [20, 'is 20; it takes whole base units in quotes, with n: "20n"'],
    ["-1n", 'is "-1n"; it takes whole base units'],
    ["0x10n", 'is "0x10n"; it takes whole base units'],
    [null, "is null; it takes whole base units"],
    [{ a: 1 }, 'is {"a":1}; it takes whole base units'],
  ])("refuse the number %j", (value, expected) =>
    expect(refusedFor({ jurorFee: value })).toContain(`jurorFee ${expected}`),
  );

  it.each([
    ["0x1234", 'is "0x1234"; an address has 20 bytes'],
    [0xa0b8, "is 41144; an address has 20 bytes, in quotes"],
    [`${USDC}00`, "an address has 20 bytes"],
    [USDC.replace("A0b86991", "A0b86981"), "of which the capitals are wrong"],
    [ZeroAddress, "is the zero address, which the contracts refuse"],
  ])("refuse the address %j", (value, expected) => expect(refusedFor({ treasury: value })).toContain(expected));

  it("take an address in lower case, and no arbitrator", () => {
    const read = values({ treasury: USDC.toLowerCase(), arbitrator: ZeroAddress });
    expect(read.get("treasury")?.text).toBe(USDC.toLowerCase());
    expect(read.get("arbitrator")).toEqual({ text: ZeroAddress, isStated: true });
  });

  it("refuse fees of jurors that no stake could pay, and say what fits", () => {
    const said = "jurorFee is 1250001, and 80 of them are more than minimumExecutorStake, 100000000";
    expect(refusedFor({ jurorFee: "1250001n" })).toContain(said);
    expect(refusedFor({ jurorFee: "1250001n" })).toContain(
      "it takes 1250000 base units at most, or a minimum of 100000080",
    );
    expect(refusedFor({ minimumExecutorStake: "15999999n" })).toContain("jurorFee is 200000, and 80 of them are more");
    expect(values({ jurorFee: "1250000n" }).get("jurorFee")?.text).toBe("1250000");
    expect(values({ minimumExecutorStake: "16000000n" }).get("jurorFee")?.text).toBe("200000");
  });

  it("list every mistake at once, also what is missing", () => {
    const why = refusal(() =>
      readValues({ sections: { lloom: {}, Lloom: { jurorFee: 1, x: 1 } }, module: "LloomOnToken", name: "f.json5" }),
    );
    expect(why.split("\n")).toEqual([
      "f.json5 does not fit ignition/modules/LloomOnToken.ts:",
      '  section "lloom" is unknown; the parameters stand under "Lloom"',
      '  jurorFee is 1; it takes whole base units in quotes, with n: "1n"',
      "  x is unknown",
      "  paymentToken is missing; it has no default",
      "  treasury is missing; it has no default",
      "  arbitrator is missing; it has no default",
      "Correct it, or give another file; those in ignition/parameters explain every parameter.",
    ]);
    expect(refusal(() => readValues({ sections: {}, module: "Lloom", name: "f.json5" }))).toContain(
      'section "Lloom" is missing',
    );
  });
});
