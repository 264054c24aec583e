import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import { fileTimes, slowest } from "./slowest-files.ts";

it("names the slowest files first, and says nothing of a run that left no report", () => {
  const dir = mkdtempSync(join(tmpdir(), "lloom-slowest-"));
  try {
    const report = join(dir, "report.json");
    const result = (name: string, ms: number) => ({ name: join(ROOT, name), startTime: 5_000, endTime: 5_000 + ms });
    writeFileSync(report, JSON.stringify({ testResults: [result("a.test.ts", 900), result("b/c.test.ts", 61_000)] }));
    expect(slowest(fileTimes(report))).toEqual(["    61 s  b/c.test.ts", "     1 s  a.test.ts"]);
    expect(fileTimes(join(dir, "none.json"))).toEqual([]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
