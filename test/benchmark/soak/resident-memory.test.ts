import { expect, it } from "vitest";
import { residentMegabytes, slopePerHour } from "./resident-memory.ts";

it("reads what a process holds", () => {
  const own = residentMegabytes(process.pid);
  expect(own).toBeGreaterThan(10);
  expect(Math.abs(own - process.memoryUsage.rss() / 2 ** 20)).toBeLessThan(own / 2);
});

it("finds how fast values grow, also where they jump around their line", () => {
  const at = (minute: number, value: number) => ({ atMs: minute * 60_000, value });
  expect(slopePerHour([at(0, 100), at(30, 101), at(60, 102)])).toBeCloseTo(2);
  expect(slopePerHour([at(0, 100), at(1, 110), at(2, 90), at(3, 100)])).toBeCloseTo(-120);
  expect(slopePerHour([at(0, 5)])).toBe(0);
  expect(slopePerHour([])).toBe(0);
});
