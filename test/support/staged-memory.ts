import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import type { CallMemory } from "../../node/src/gateway/keyed-answers.ts";
import { type KeyedLimits, openKeyedCalls } from "../../node/src/store/client/keyed-calls.ts";
import type { OwnFate } from "../../node/src/store/client/own-fate.ts";
import { type Database, openDatabase } from "../../node/src/store/database/database.ts";
import { TEST_CIPHER } from "./exchange.ts";

/** A gateway's memory on a real disk, whose requests have the fates that a test gives them. */
export interface StagedMemory extends CallMemory, Disposable {
  readonly fates: Map<Hex, OwnFate>;
  readonly path: string;
  /** The process ends at once, and another one opens the file. */
  restart(): CallMemory;
}

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
  const restart = (): CallMemory => {
    db?.[Symbol.dispose]();
    db = openDatabase(path, { cipher: TEST_CIPHER });
    return { calls: openKeyedCalls(db, limits), fateOf: (requestHash) => fates.get(requestHash), clock };
  };
  return {
    ...restart(),
    ...{ fates, path, restart },
    [Symbol.dispose]: () => {
      db?.[Symbol.dispose]();
      rmSync(directory, { recursive: true });
    },
  };
}
