import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import type { BatchStore } from "../../node/src/gateway/batches/add-batches.ts";
import type { CallMemory } from "../../node/src/gateway/keyed-answers.ts";
import { openKeptBatches } from "../../node/src/store/batches/kept-batches.ts";
import { openKeptFiles } from "../../node/src/store/batches/kept-files.ts";
import { type KeyedLimits, openBatchCalls, openKeyedCalls } from "../../node/src/store/client/keyed-calls.ts";
import type { OwnFate } from "../../node/src/store/client/own-fate.ts";
import { type Database, openDatabase } from "../../node/src/store/database/database.ts";
import { TEST_CIPHER } from "./exchange.ts";

/** A gateway's memory on a real disk, whose requests have the fates that a test gives them. */
export interface StagedMemory extends CallMemory, Disposable {
  readonly fates: Map<Hex, OwnFate>;
  readonly path: string;
  /** The process ends at once, and another one opens the file. */
  restart(): CallMemory;
  /** The file, of the process that has it. */
  database(): Database;
  /** Files and batches beside it, of the process that has the file. */
  batches(options?: BatchOptions): BatchStore;
}

type BatchOptions = Pick<BatchStore, "limits" | "settings" | "clock" | "room">;

export function stageMemory({
  clock = Date.now,
  limits,
}: {
  clock?: () => number;
  limits?: KeyedLimits;
} = {}): StagedMemory {
  const directory = mkdtempSync(join(tmpdir(), "lloom-calls-"));
  const path = join(directory, "client.sqlite");
  const fates = new Map<Hex, OwnFate>();
  let db: Database | undefined;
  let lines: Database | undefined;
  const fateOf = (requestHash: Hex): OwnFate | undefined => fates.get(requestHash);
  const restart = (): CallMemory => {
    lines?.[Symbol.dispose]();
    lines = undefined;
    db?.[Symbol.dispose]();
    db = openDatabase(path, { cipher: TEST_CIPHER });
    return { calls: openKeyedCalls(db, limits), fateOf, clock };
  };
  return {
    ...restart(),
    ...{ fates, path, restart },
    database: () => db as Database,
    batches: (options) => {
      lines ??= openDatabase(join(directory, "batches.sqlite"), { cipher: TEST_CIPHER });
      const calls = openBatchCalls(db as Database);
      return { files: openKeptFiles(lines), batches: openKeptBatches(lines), calls, fateOf, ...options };
    },
    [Symbol.dispose]: () => {
      lines?.[Symbol.dispose]();
      db?.[Symbol.dispose]();
      rmSync(directory, { recursive: true });
    },
  };
}
