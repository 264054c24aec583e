import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { readOutsideFile } from "./outside-file.ts";

const directory = mkdtempSync(join(tmpdir(), "lloom-outside-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const path = join(directory, "file");
const file = { path, what: `The list ${path}`, code: "CONFIG_INVALID", next: "Give another one." } as const;
const refusal = (message: string, next = "Give another one.") =>
  expect.objectContaining({ code: "CONFIG_INVALID", message, next: expect.stringContaining(next) });

describe("a file from outside", () => {
  it("is read whole, without its byte-order mark", () => {
    const long = "ä".repeat(100_000);
    writeFileSync(path, `\ufeff${long}`);
    expect(readOutsideFile(file)).toBe(long);
  });

  it("is refused in words", () => {
    writeFileSync(path, Buffer.from("\ufeffsecret", "utf16le"));
    expect(() => readOutsideFile(file)).toThrow(
      refusal(`The list ${path} is text in UTF-16, not in UTF-8.`, "Save it as UTF-8"),
    );
    writeFileSync(path, Buffer.from("Perch\xe9", "latin1"));
    expect(() => readOutsideFile(file)).toThrow(refusal(`The list ${path} is no text in UTF-8.`, "Save it as UTF-8"));
    writeFileSync(path, "12345");
    expect(() => readOutsideFile({ ...file, limit: 4 })).toThrow(refusal(`The list ${path} has more than 4 bytes.`));
    expect(readOutsideFile({ ...file, limit: 5 })).toBe("12345");
    rmSync(path);
    expect(() => readOutsideFile(file)).toThrow(/cannot be read: ENOENT/);
    mkdirSync(path);
    expect(() => readOutsideFile(file)).toThrow(/cannot be read: EISDIR/);
  });
});

describe("the configuration file", () => {
  const toml = join(directory, "lloom.toml");
  const read = (bytes: Uint8Array): unknown => {
    writeFileSync(toml, bytes);
    return readConfig({ flags: {}, environment: {}, file: toml }).gatewayPort;
  };

  it("is taken from any editor, and from none that writes UTF-16", () => {
    expect(read(Buffer.from("\ufeff[gateway]\r\nport = 9000\r\n"))).toBe(9000);
    expect(() => read(Buffer.from("\ufeff[gateway]\nport = 9000\n", "utf16le"))).toThrow(
      refusal(`The configuration file ${toml} is text in UTF-16, not in UTF-8.`, "Save it as UTF-8"),
    );
  });
});
