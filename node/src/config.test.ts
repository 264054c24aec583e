import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { environmentName, readConfig } from "./config.ts";
import type { Setting } from "./setting-forms.ts";
import { SETTINGS, type SettingName } from "./settings.ts";

const EXAMPLE = join(import.meta.dirname, "../../docs/lloom.example.toml");
const directory = mkdtempSync(join(tmpdir(), "lloom-config-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Settings from a file with this text alone. */
function fromFile(text: string): ReturnType<typeof readConfig> {
  const file = join(directory, "lloom.toml");
  writeFileSync(file, text);
  return readConfig({ flags: {}, environment: {}, file });
}

describe("the example file", () => {
  it("shows every default as it is", () => {
    const shown = readConfig({ flags: {}, environment: {}, file: EXAMPLE });
    expect(shown).toEqual(fromFile(""));
  });
});

describe("an address that may hold a key", () => {
  it.each(["rpc", "indexer"] as const)("is told by its setting's name alone when it is wrong: %s", (name) => {
    for (const value of ["wss://rpc.example/v3/SECRETKEY0123", "htps://user:SECRETKEY0123@rpc.example"]) {
      const attempt = (): unknown => readConfig({ flags: { [name]: value }, environment: {} });
      expect(attempt).toThrow(new RegExp(`^--${name} must be a URL`));
      expect(attempt).not.toThrow(/SECRETKEY0123/);
    }
  });
});

describe("a command's own default", () => {
  it("takes the place of the setting's, and gives way to everything that is said", () => {
    const defaults = { logLevel: "warn" } as const;
    const file = join(directory, "empty.toml");
    writeFileSync(file, "");
    expect(readConfig({ flags: {}, environment: {}, file, defaults }).logLevel).toBe("warn");
    expect(readConfig({ flags: {}, environment: { LLOOM_LOG_LEVEL: "info" }, file, defaults }).logLevel).toBe("info");
  });
});

describe("an environment that is not UTF-8", () => {
  it("is refused by the variable's name: Node has mended it, and it would be another value", () => {
    const environment = { LLOOM_DATA_DIR: "/srv/caf\uFFFD" };
    expect(() => readConfig({ flags: {}, environment })).toThrow(/^LLOOM_DATA_DIR is no text in UTF-8/);
  });
});

describe("the graphics card", () => {
  it("is off until it is turned on, from anywhere", () => {
    expect(fromFile("").gpu).toBe("off");
    expect(fromFile('[executor]\ngpu = "on"').gpu).toBe("on");
    expect(readConfig({ flags: {}, environment: { LLOOM_GPU: "on" } }).gpu).toBe("on");
    expect(readConfig({ flags: { gpu: "off" }, environment: { LLOOM_GPU: "on" } }).gpu).toBe("off");
  });

  it("is turned on by no other word", () => {
    const refused = expect.objectContaining({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("must be off or on"),
    });
    for (const value of ["true", '"cuda"', "1"]) {
      expect(() => fromFile(`[executor]\ngpu = ${value}`)).toThrow(refused);
    }
  });
});

const settings: readonly Setting<unknown>[] = Object.values(SETTINGS);

describe("a setting that names files", () => {
  const naming = Object.entries<Setting<unknown>>(SETTINGS)
    .filter(([, { value }]) => /FILE|DIR/.test(value))
    .map(([name, setting]) => ({ name: name as SettingName, ...setting }));

  it("is every one that says so, and no other", () => {
    const marked = settings.filter(({ isFile }) => isFile !== undefined).map(({ toml }) => toml);
    expect(marked).toEqual(naming.map(({ toml }) => toml));
    expect(marked).toContain("node.data-dir");
  });

  it.each(naming)("is absolute wherever it comes from: $flag", ({ name, toml, ...setting }) => {
    const [section = "", key = ""] = toml.split(".");
    const isList = setting.list === true;
    const written = (value: string): string => `[${section}]\n${key} = ${JSON.stringify(isList ? [value] : value)}\n`;
    const shown = (value: string): string | string[] => (isList ? [value] : value);
    expect(fromFile(written("some/file"))[name]).toEqual(shown(join(directory, "some/file")));
    expect(fromFile(written("~/file"))[name]).toEqual(shown(join(homedir(), "file")));
    expect(fromFile(written("/srv/file"))[name]).toEqual(shown(resolve("/srv/file")));
    expect(() => fromFile(written("~bob/file"))).toThrow(
      `${toml} in ${join(directory, "lloom.toml")} begins with ~ and`,
    );
    for (const [value, meant] of [
      ["some/file", resolve("some/file")],
      ["~/file", join(homedir(), "file")],
    ] as const) {
      const variable = environmentName(setting);
      expect(readConfig({ flags: { [name]: value }, environment: {} })[name]).toEqual(shown(meant));
      expect(readConfig({ flags: {}, environment: { [variable]: value } })[name]).toEqual(shown(meant));
    }
  });

  it("leaves words and addresses that are no files as they are", () => {
    for (const backend of ["tiny", "http://127.0.0.1:11434/v1"])
      expect(fromFile(`[executor]\nbackend = "${backend}"`).backend).toBe(backend);
    expect(fromFile('[validator]\nweights = ["tiny", "own.gguf"]').weights).toEqual([
      "tiny",
      join(directory, "own.gguf"),
    ]);
  });
});

describe("the configuration file", () => {
  it("is told by its whole path, and its paths begin beside it, however it was named", () => {
    const file = join(directory, "named.toml");
    writeFileSync(file, '[node]\ndata-dir = "data"\n');
    const named = relative(process.cwd(), file);
    expect(readConfig({ flags: {}, environment: {}, file: named }).dataDir).toBe(join(directory, "data"));
    writeFileSync(file, "[node]\nport = 1\n");
    expect(() => readConfig({ flags: {}, environment: {}, file: named })).toThrow(`${file} has an unknown setting`);
  });
});

describe("an amount", () => {
  const price = (value: string): string => fromFile(`[executor]\ninbound-price = ${value}`).inboundPrice;

  it("is told its limit when it is too large or too fine, from anywhere", () => {
    const most = "must be at most 999999999999; it is";
    expect(price('"999999999999"')).toBe("999999999999");
    expect(() => price('"1000000000000"')).toThrow(most);
    expect(() => price("1e24")).toThrow(most);
    const asFlag = (value: string) => () => readConfig({ flags: { inboundPrice: value }, environment: {} });
    expect(asFlag("99999999999999999999999")).toThrow(`--inbound-price ${most} "99999999999999999999999".`);
    expect(asFlag(`0.${"1".repeat(19)}`)).toThrow("--inbound-price must have at most 18 digits after the point");
    for (const wrong of ["-1", "1e3", "1.", ".5", "ten", ""])
      expect(asFlag(wrong), wrong).toThrow("--inbound-price must be an amount such as 0.15");
  });

  it("is taken as it was written, however small a number of the file is", () => {
    expect(price("0.0000001")).toBe("0.0000001");
    expect(price("0.00000015")).toBe("0.00000015");
    expect(price("0.15")).toBe("0.15");
    expect(price("100000000000")).toBe("100000000000");
    expect(price('"0000000000000000007.50"')).toBe("0000000000000000007.50");
  });
});

describe("a value of the wrong kind in lloom.toml", () => {
  it.each(settings.map(({ toml, schema }) => [toml, schema] as const))("is refused in words: %s", (toml, schema) => {
    const [section = "", key = ""] = toml.split(".");
    for (const value of ["true", "[[1]]", "{ a = 1 }", "-0.5", "[1]", '""', "1979-05-27T07:32:00Z"]) {
      let problem = "";
      try {
        fromFile(`[${section}]\n${key} = ${value}\n`);
      } catch (thrown) {
        problem = (thrown as Error).message;
      }
      if (problem !== "") expect(problem).toMatch(/^\S+ in \S+ must be (?!.*(expected|received))/);
    }
    for (const value of [{}, [[1]]]) expect(schema.safeParse(value).success).toBe(false);
  });
});
