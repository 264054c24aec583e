import { existsSync } from "node:fs";
import type { TokenUnit } from "@lloom/protocol/amounts";
import { dataFile } from "../../config.ts";
import { openApiKeys } from "../../store/client/api-keys.ts";
import { openKeySpending } from "../../store/client/key-spending.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import { paidToken } from "../../store/database/paid-token.ts";
import { isOlderFile } from "../../store/database/reading.ts";
import { type FleetBook, fleetBook } from "../../store/fleet/fleet-book.ts";
import { openFleetDatabase } from "../../store/fleet/fleet-database.ts";
import type { CommandContext } from "../command.ts";

/** Keys and what they spent, in a gateway's own file or in the Postgres of several. */
export interface KeyBook extends Omit<FleetBook, "token" | "belongTo" | "bySecret" | "byId"> {
  /** What amounts are in; undefined before a gateway has run here, when nothing was spent. */
  readonly token: TokenUnit | undefined;
}

/** Opens them beside gateways that may run; made where there are none yet. Closed when the command ends. Needs no password. */
export async function openKeyBook(context: CommandContext): Promise<KeyBook> {
  const { keysDatabase } = context.settings;
  if (keysDatabase === undefined) return ownKeyBook(context);
  const book = fleetBook(context.stack.use(await openFleetDatabase(keysDatabase)));
  return { ...book, token: await book.token() };
}

function ownKeyBook({ settings, stack }: CommandContext): KeyBook {
  const path = dataFile(settings, "client.sqlite");
  // Whoever runs a gateway has made the file, and its tables.
  if (!existsSync(path) || isOlderFile(path)) openDatabase(path)[Symbol.dispose]();
  const db: Database = stack.use(openDatabase(path, { beside: true }));
  const [keys, spending] = [openApiKeys(db), openKeySpending(db)];
  return {
    token: paidToken(db),
    hasAny: async () => keys.hasAny(),
    byName: async (name) => keys.byName(name),
    list: async () => keys.list(),
    add: async (terms, secret, nowMs) => keys.add(terms, secret, nowMs),
    revoke: async (id, nowMs) => keys.revoke(id, nowMs),
    spending: async (keyId, periodAtMs) => spending.spending(keyId, periodAtMs),
    usage: async (sinceMs, keyId) => spending.usage(sinceMs, keyId),
  };
}

/** Whether keys were ever made in this data directory. */
export function hasMadeKeys({ settings }: Pick<CommandContext, "settings">): boolean {
  const path = dataFile(settings, "client.sqlite");
  if (!existsSync(path) || isOlderFile(path)) return false;
  using db = openDatabase(path, { readOnly: true });
  return openApiKeys(db).hasAny();
}
