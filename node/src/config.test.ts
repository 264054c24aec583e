import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

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
