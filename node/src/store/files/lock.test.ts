import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LockHolder, takeLock } from "./lock.ts";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-lock-"));
  path = join(directory, "some.lock");
});
afterEach(() => rmSync(directory, { recursive: true }));

const taken = (): never => {
  throw new Error("taken");
};
/** Who has it, when it is asked for again. */
function holder(): LockHolder | undefined {
  let found: LockHolder | undefined;
  expect(() =>
    takeLock(path, (one) => {
      found = one;
      throw one.cause;
    }),
  ).toThrow(/locked/);
  return found;
}

describe("a lock that somebody has", () => {
  it("is told with the process", () => {
    const lock = takeLock(path, taken);
    expect(holder()?.pid).toBe(process.pid);
    lock.close();
    takeLock(path, taken).close();
  });

  it("is told without one that no longer lives, or that cannot be read", () => {
    const lock = takeLock(path, taken);
    for (const text of ["2147483646\n", "0\n", "-1\n", "12", "words\n"]) {
      writeFileSync(`${path}.pid`, text);
      expect(holder()?.pid, text).toBeUndefined();
    }
    rmSync(`${path}.pid`);
    expect(holder()?.pid).toBeUndefined();
    lock.close();
  });
});

describe("a lock", () => {
  it("that cannot be taken for another reason is not called taken", () => {
    writeFileSync(
      path,
      "This is no lock, and no database of SQLite either: it is long enough to be read as one. ".repeat(12),
    );
    expect(() => takeLock(path, taken)).toThrow(
      expect.objectContaining({
        code: "STORE_FAILED",
        message: expect.stringContaining(`The lock ${path} is damaged (`),
        next: "It holds no data: stop every process that uses it, and delete it.",
      }),
    );
    expect(() => takeLock(directory, taken)).toThrow(
      expect.objectContaining({ code: "STORE_FAILED", message: expect.stringContaining("cannot be opened (") }),
    );
  });

  it("is taken also where its process cannot be noted, and follows no link to do so", () => {
    const other = join(directory, "other");
    writeFileSync(other, "kept");
    symlinkSync(other, `${path}.pid`);
    takeLock(path, taken).close();
    expect(readFileSync(other, "utf8")).toBe("kept");
    expect(lstatSync(`${path}.pid`).isSymbolicLink()).toBe(false);
    expect(existsSync(path)).toBe(true);
  });
});
