import { expect, test } from "vitest";
import { readiness } from "./readiness.ts";

test("is ready when nothing is in the way", async () => {
  expect(await readiness([() => undefined, async () => undefined])).toEqual({ status: "ready" });
});

test("says the first thing that is in the way, in words", async () => {
  const reasons = [() => undefined, async () => "No peer.", () => "No model."];
  expect(await readiness(reasons)).toEqual({ status: "waiting", reason: "No peer." });
});

test("is not ready when a reason cannot be asked", async () => {
  const closed = (): never => {
    throw new TypeError("closed");
  };
  expect(await readiness([closed])).toMatchObject({ status: "waiting" });
});
