import { expect, it } from "vitest";
import { run } from "../benchmark/soak.ts";

const MINUTES = 0.25;
const PARALLEL = 64;

it("loses nothing and pays nothing twice while answers come without a pause", async () => {
  const rows = await run({ minutes: MINUTES, parallel: PARALLEL, profile: false, tell: () => undefined });
  const value = (name: string): number | undefined => rows.find((row) => row.name === name)?.value;
  expect(value("tasks.per.hour")).toBeGreaterThan(0);
  for (const name of ["lost", "paidTwice", "unpaid", "errors"]) expect([name, value(name)]).toEqual([name, 0]);
});
