import { expect, test } from "vitest";
import { ReadWriteLock } from "./read-write-lock.ts";

const LONG_MS = 60_000;

/** Work that ends when told to, and notes both ends. */
function staged(notes: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = async () => {
    notes.push(`${name} begins`);
    await promise;
    notes.push(`${name} ends`);
    return name;
  };
  return { work, end: resolve };
}

test("lets readers work together, and a writer alone, in the order in which they came", async () => {
  const notes: string[] = [];
  const lock = new ReadWriteLock();
  const [first, second, writer, late] = ["first", "second", "writer", "late"].map((name) => staged(notes, name));
  if (first === undefined || second === undefined || writer === undefined || late === undefined) throw new Error();
  const done = [
    lock.read(first.work, LONG_MS),
    lock.read(second.work, LONG_MS),
    lock.write(writer.work),
    lock.read(late.work, LONG_MS),
  ];
  for (const each of [late, writer, second, first]) each.end();
  expect(await Promise.all(done)).toEqual([{ result: "first" }, { result: "second" }, "writer", { result: "late" }]);
  expect(notes.slice(0, 2)).toEqual(["first begins", "second begins"]);
  expect(notes.slice(4)).toEqual(["writer begins", "writer ends", "late begins", "late ends"]);
});

test("lets a writer write within its own work", async () => {
  const lock = new ReadWriteLock();
  expect(await lock.write(() => lock.write(async () => "inner"))).toBe("inner");
});

test("gives up a reader that waited too long, and nobody behind it waits for that", async () => {
  const notes: string[] = [];
  const lock = new ReadWriteLock();
  const writer = staged(notes, "writer");
  const writing = lock.write(writer.work);
  expect(await lock.read(async () => "never", 1)).toBeUndefined();
  const patient = lock.read(async () => "read", LONG_MS);
  writer.end();
  await writing;
  expect(await patient).toEqual({ result: "read" });
});

test("goes on after work that failed", async () => {
  const lock = new ReadWriteLock();
  const failing = async () => {
    throw new Error("broken");
  };
  await expect(lock.write(failing)).rejects.toThrow("broken");
  await expect(lock.read(failing, LONG_MS)).rejects.toThrow("broken");
  expect(await lock.write(async () => "done")).toBe("done");
});
