import { existsSync } from "node:fs";
import type { TokenUnit } from "@lloom/protocol/amounts";
import { dataFile } from "../../config.ts";
import { type ApiKeys, openApiKeys } from "../../store/client/api-keys.ts";
import { type KeySpending, openKeySpending } from "../../store/client/key-spending.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import { paidToken } from "../../store/database/paid-token.ts";
import { isOlderFile } from "../../store/database/reading.ts";
import type { CommandContext } from "../command.ts";

/** The gateway's keys in this data directory, and what they spent. */
export interface KeyFile {
  readonly keys: ApiKeys;
  readonly spending: KeySpending;
  /** What amounts are in; undefined before a gateway has run here, when nothing was spent. */
  readonly token: TokenUnit | undefined;
}

/** Opens them beside a gateway that may run; made where there are none yet. Closed when the command ends. Needs no password. */
export function openKeyFile({ settings, stack }: CommandContext): KeyFile {
  const path = dataFile(settings, "client.sqlite");
  // Whoever runs a gateway has made the file, and its tables.
  if (!existsSync(path) || isOlderFile(path)) openDatabase(path)[Symbol.dispose]();
  const db: Database = stack.use(openDatabase(path, { beside: true }));
  return { keys: openApiKeys(db), spending: openKeySpending(db), token: paidToken(db) };
}

/** Whether keys were ever made in this data directory. */
export function hasMadeKeys({ settings }: Pick<CommandContext, "settings">): boolean {
  const path = dataFile(settings, "client.sqlite");
  if (!existsSync(path) || isOlderFile(path)) return false;
  using db = openDatabase(path, { readOnly: true });
  return openApiKeys(db).hasAny();
}
