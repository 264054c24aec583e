import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { SETTINGS, type Setting } from "./settings.ts";

const dir = mkdtempSync(join(tmpdir(), "lloom-config-"));
const path = join(dir, "lloom.toml");
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function read(toml: string): unknown {
  writeFileSync(path, toml);
  return readConfig({ flags: {}, environment: {}, file: path });
}

const settings: readonly Setting<unknown>[] = Object.values(SETTINGS);

describe("a value of the wrong kind in lloom.toml", () => {
  it.each(settings.map(({ toml, schema }) => [toml, schema] as const))("is refused in words: %s", (toml, schema) => {
    const [section = "", key = ""] = toml.split(".");
    for (const value of ["true", "[[1]]", "{ a = 1 }", "-0.5", "[1]", '""', "1979-05-27T07:32:00Z"]) {
      let problem = "";
      try {
        read(`[${section}]\n${key} = ${value}\n`);
      } catch (thrown) {
        problem = (thrown as Error).message;
      }
      if (problem !== "") expect(problem).toMatch(/^\S+ in \S+ must be (?!.*(expected|received))/);
    }
    for (const value of [{}, [[1]]]) expect(schema.safeParse(value).success).toBe(false);
  });
});
