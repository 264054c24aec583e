import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import { readReport, slowest } from "./test-report.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "lloom-report-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

const passed = { fullName: "adds", status: "passed", failureMessages: [] };

function result(name: string, ms: number, assertionResults: readonly object[] = [passed], message = "") {
  const status = message === "" && assertionResults.every((one) => one === passed) ? "passed" : "failed";
  return { name: join(ROOT, name), startTime: 5_000, endTime: 5_000 + ms, status, message, assertionResults };
}

function reportOf(...testResults: readonly object[]) {
  const report = join(dir, "report.json");
  writeFileSync(report, JSON.stringify({ testResults }));
  return readReport(report);
}

it("names the slowest files first", () => {
  const { times, failures } = reportOf(result("a.test.ts", 900), result("b/c.test.ts", 61_000));
  expect(slowest(times)).toEqual(["    61 s  b/c.test.ts", "     1 s  a.test.ts"]);
  expect(failures).toEqual([]);
});

it("tells what failed, with the beginning of its message and without colours", () => {
  const message = ["\u001b[31mexpected 1 to be 2\u001b[39m", ...Array.from({ length: 30 }, (_, line) => `at ${line}`)];
  const failed = { fullName: "sums > adds", status: "failed", failureMessages: [message.join("\n")] };
  const { failures } = reportOf(result("a.test.ts", 1, [passed, failed]), result("b.test.ts", 1, [], "no such module"));
  expect(failures).toHaveLength(2);
  expect(failures[0]?.split("\n").slice(0, 3)).toEqual([
    "  a.test.ts > sums > adds",
    "      expected 1 to be 2",
    "      at 0",
  ]);
  expect(failures[0]?.split("\n")).toHaveLength(13);
  expect(failures[1]).toBe("  b.test.ts > the file itself\n      no such module");
});

it("says nothing of a run that left no report", () => {
  expect(readReport(join(dir, "none.json"))).toEqual({ times: [], failures: [] });
});
