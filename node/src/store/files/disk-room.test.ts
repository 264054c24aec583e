import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createLog } from "../../log.ts";
import { DiskRoom, ENOUGH_ROOM_BYTES, freeBytes, LEAST_ROOM_BYTES } from "./disk-room.ts";

it("is too little below the least, and enough again only with some more; both are logged once", () => {
  const lines: string[] = [];
  const log = createLog({ level: "info", name: "test", write: (line) => void lines.push(line) });
  let free: number | undefined = LEAST_ROOM_BYTES;
  const room = new DiskRoom({ directory: "/data", log, measure: () => free, holdMs: 0 });
  expect(room.problem()).toBeUndefined();
  free = LEAST_ROOM_BYTES - 1;
  for (let look = 0; look < 3; look++)
    expect(room.problem()).toMatchObject({
      code: "STORE_FAILED",
      message: "The node's disk has less than 64 MB left: it takes no new work.",
      next: expect.stringMatching(/Free some space.*96 MB/),
    });
  free = ENOUGH_ROOM_BYTES - 1;
  expect(room.problem()).toBeDefined();
  free = ENOUGH_ROOM_BYTES;
  expect([room.problem(), room.problem()]).toEqual([undefined, undefined]);
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    "the disk is nearly full: no new work is taken",
    "there is room on the disk again: work is taken",
  ]);
});

it("is measured once in a while, not for every request", () => {
  let looks = 0;
  const measure = (): number => {
    looks++;
    return 0;
  };
  const room = new DiskRoom({ directory: "/data", log: createLog({ level: "silent", name: "test" }), measure });
  for (let request = 0; request < 100; request++) room.problem();
  expect(looks).toBe(1);
});

it("is what the file system says, and no reason to stop where it says nothing", () => {
  expect(freeBytes(tmpdir())).toBeGreaterThan(0);
  const nowhere = join(tmpdir(), "lloom-no-such-directory");
  expect(freeBytes(nowhere)).toBeUndefined();
  const room = new DiskRoom({ directory: nowhere, log: createLog({ level: "silent", name: "test" }) });
  expect([room.freeBytes, room.problem()]).toEqual([undefined, undefined]);
});
