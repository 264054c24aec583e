import { expect, test } from "vitest";
import { Mutex } from "./mutex.ts";

test("work runs one after the other, also after a failure, and its result goes to who gave it", async () => {
  const mutex = new Mutex();
  const told: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = mutex.run(async () => {
    told.push("first begins");
    await gate.promise;
    told.push("first ends");
    throw new TypeError("staged");
  });
  const second = mutex.run(async () => {
    told.push("second");
    return 2;
  });
  await Promise.resolve();
  gate.resolve();
  await expect(first).rejects.toThrow("staged");
  await expect(second).resolves.toBe(2);
  await mutex.idle();
  expect(told).toEqual(["first begins", "first ends", "second"]);
});
