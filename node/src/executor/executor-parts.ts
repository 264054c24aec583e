import type { Backend } from "../backend/backend.ts";
import type { Chain } from "../chain/chain.ts";
import type { Log } from "../log.ts";
import type { Host } from "../p2p/host/host.ts";
import type { ExecutorLog } from "../store/executor/executor-log.ts";
import type { Room } from "../store/files/disk-room.ts";
import type { Identity } from "../wallet/identity.ts";

/** What an executor is made of; all of it outlives the executor and is closed by whoever opened it. */
export interface ExecutorParts {
  readonly identity: Identity;
  readonly chain: Chain;
  readonly store: ExecutorLog;
  readonly backend: Backend;
  readonly host: Host;
  readonly log: Log;
  /** Of the log's disk; without, it is not looked at. */
  readonly room?: Room | undefined;
}
