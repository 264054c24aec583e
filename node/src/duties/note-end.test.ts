import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { TEST_CIPHER } from "../../../test/support/exchange.ts";
import { openDatabase } from "../store/database/database.ts";
import { type Duty, openDutyLog } from "../store/duty-log.ts";
import { noteEnd } from "./note-end.ts";

const DUTY: Duty = {
  ...{ kind: "judge", id: ZERO_HASH, requestHash: ZERO_HASH, peer: `0x${"11".repeat(20)}`, state: "open" },
  ...{ dueAt: 0n, amount: 0n, matured: 0n, penalty: 0n, bond: 0n, notedAt: 0n },
};

it("is final an hour after it was first seen, and not a second earlier; a reorganisation begins anew", () => {
  const directory = mkdtempSync(join(tmpdir(), "lloom-end-"));
  const db = openDatabase(join(directory, "duties.sqlite"), { cipher: TEST_CIPHER });
  const log = openDutyLog(db);
  log.noteDuty(DUTY);
  const look = (isOver: boolean, nowSeconds: bigint) =>
    noteEnd(log, log.findDuty("judge", ZERO_HASH) ?? DUTY, { isOver, nowSeconds });
  expect(look(false, 10_000n)).toBe(false);
  expect(look(true, 10_001n)).toBe(false);
  expect(look(false, 13_000n)).toBe(false);
  expect(look(true, 13_001n)).toBe(false);
  expect(look(true, 16_600n)).toBe(false);
  expect(look(true, 16_601n)).toBe(true);
  db[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});
