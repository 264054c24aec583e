import type { Chain } from "../../chain/chain.ts";
import { LloomError } from "../../errors.ts";
import type { BatchStore } from "../../gateway/batches/add-batches.ts";
import { openKeptBatches } from "../../store/batches/kept-batches.ts";
import { openKeptFiles } from "../../store/batches/kept-files.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import { openBatchCalls } from "../../store/client/keyed-calls.ts";
import type { Database } from "../../store/database/database.ts";
import type { DiskRoom } from "../../store/files/disk-room.ts";
import type { Identity } from "../../wallet/identity.ts";
import type { CommandContext } from "../command.ts";
import { openLog } from "../open/open.ts";

export interface BatchStoreParts {
  readonly chain: Chain;
  readonly identity: Identity;
  /** The client's own file: what was signed for a line is noted where requests are. */
  readonly db: Database;
  readonly store: ClientLog;
  readonly room: DiskRoom;
}

/** Files and batches, in a file of their own. Where that cannot be opened, why: the gateway answers without them. */
export function openBatchStore(
  context: CommandContext,
  { chain, identity, db, store, room }: BatchStoreParts,
): BatchStore | LloomError {
  try {
    const kept = openLog(context, { file: "batches.sqlite", chain, identity });
    const shown = { files: openKeptFiles(kept), batches: openKeptBatches(kept) };
    return { ...shown, calls: openBatchCalls(db), fateOf: store.fate, room };
  } catch (thrown) {
    if (!(thrown instanceof LloomError) || thrown.code !== "STORE_FAILED") throw thrown;
    context.log.error({ code: thrown.code, problem: thrown.message }, "files and batches cannot be opened");
    return thrown;
  }
}
