import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { keepHeapSmall } from "./small-heap.ts";

const MODULE = join(import.meta.dirname, "small-heap.ts");

/** Makes objects of which many live for a while, turn by turn, and prints the bytes of new objects' space. */
const CHURN = `
const { getHeapSpaceStatistics } = require("node:v8");
let kept = [];
(async () => {
  for (let turn = 0; turn < 200; turn++) {
    for (let count = 0; count < 20000; count++) kept.push({ count, more: [count, turn] });
    if (kept.length > 200000) kept = [];
    await new Promise(setImmediate);
  }
  console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size);
})();`;

const youngBytes = (before: string): number =>
  Number(execFileSync(process.execPath, ["--input-type=commonjs", "-e", `${before}${CHURN}`], { encoding: "utf8" }));

it("stops the growth of new objects' space, which V8 goes on with", () => {
  const own = youngBytes(`require(${JSON.stringify(MODULE)}).keepHeapSmall();`);
  expect(own).toBeGreaterThan(16e6);
  // One step too many may have been under way when it was looked at.
  expect(own).toBeLessThan(70e6);
  expect(youngBytes("")).toBeGreaterThan(own);
});

it("lets a space grow that is small, and says nothing until it is not", () => {
  const flags: string[] = [];
  using _kept = keepHeapSmall((flag) => flags.push(flag));
  expect(flags).toEqual(["--heap-growing-percent=100"]);
});
