import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { WorkMeter } from "../serving/work-meter.ts";
import { reportProfiles } from "./report.ts";

const folder = mkdtempSync(join(tmpdir(), "lloom-report-"));
afterAll(() => rmSync(folder, { recursive: true }));

const meter = new WorkMeter({ gateway: 11, executor: 1 });
meter.answers = 10;
meter.windows.push({ fromUs: 0, toUs: Number.MAX_SAFE_INTEGER });

it("says which process left no profile", () => expect(() => reportProfiles(folder, meter)).toThrow("Process 11"));

it("finds each process's profile, and sets them side by side", () => {
  for (const pid of [1, 11])
    copyFileSync(
      join(import.meta.dirname, "recorded.cpuprofile"),
      join(folder, `CPU.20260101.000000.${pid}.0.001.cpuprofile`),
    );
  const lines = reportProfiles(folder, meter);
  expect(lines.find((line) => line.includes("hashing"))).toMatch(/hashing +0\.300 +0\.300$/);
  expect(lines.find((line) => line.startsWith("\nexecutor"))).toContain(".1.0.001.cpuprofile");
});
