import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { TEST_CIPHER } from "../../../../test/support/exchange.ts";
import { openDatabase } from "../database/database.ts";
import { openDisputedAnswers } from "./disputed-answers.ts";

const [first, second, third] = ["11", "22", "33"].map((byte): Hex => `0x${byte.repeat(32)}`) as [Hex, Hex, Hex];

it("keeps disputes over a restart until they are over, or too old for any", () => {
  const directory = mkdtempSync(join(tmpdir(), "lloom-disputed-"));
  const path = join(directory, "client.sqlite");
  {
    using db = openDatabase(path, { cipher: TEST_CIPHER });
    const log = openDisputedAnswers(db);
    log.noteDisputed(second, 20n);
    log.noteDisputed(first, 10n);
    log.noteDisputed(third, 30n);
    // Delivered again: it is as old as it was.
    log.noteDisputed(first, 40n);
  }
  using db = openDatabase(path, { cipher: TEST_CIPHER });
  const log = openDisputedAnswers(db);
  expect(log.disputed()).toEqual([first, second, third]);
  log.forgetDisputed(second);
  log.pruneDisputed(11n);
  expect(log.disputed()).toEqual([third]);
  rmSync(directory, { recursive: true });
});
