import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgetTornInstanceList } from "./instance-list.ts";

describe("Ignition's list of development chains", () => {
  let cache: string;
  let file: string;
  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), "lloom-instances-"));
    file = join(cache, ".hardhat-network-instances.json");
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  it("is left alone where it is not, and where it can be read", () => {
    forgetTornInstanceList(cache);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, '{"chain-31337":"0xabc"}\n');
    forgetTornInstanceList(cache);
    expect(readFileSync(file, "utf8")).toBe('{"chain-31337":"0xabc"}\n');
  });

  it.each(["", '{"chain-31337":"0xabc"}\n"}\n', '{"chain-31337":', "[]", "null"])(
    "is forgotten where it is torn: %j",
    (torn) => {
      writeFileSync(file, torn);
      forgetTornInstanceList(cache);
      expect(existsSync(file)).toBe(false);
    },
  );
});
