import { existsSync } from "node:fs";
import { dataFile } from "../../config.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import type { TextCipher } from "../../store/database/text-cipher.ts";
import type { CommandContext } from "../command.ts";
import type { LogFile } from "../open/log-files.ts";
import type { View } from "./account.ts";

/**
 * This account's log on this network, to be read beside a running node; undefined where there is none, or one that no node of
 * this version has opened yet. Closed when the command ends.
 */
export function readOwnLog(
  { settings, stack }: Pick<CommandContext, "settings" | "stack">,
  { address, chain }: View,
  { file, cipher }: { readonly file: LogFile; readonly cipher?: TextCipher },
): Database | undefined {
  const path = dataFile(settings, file);
  if (!existsSync(path)) return undefined;
  const { chainId, accounting } = chain.domain;
  const log = stack.use(openDatabase(path, { readOnly: true, ...(cipher === undefined ? {} : { cipher }) }));
  const { value: scope } = log.get("SELECT value FROM facts WHERE name = 'scope'") ?? {};
  if (scope !== `${chainId}/${accounting}/${address}`) return undefined;
  // The newest table that somebody reads here.
  return log.get("SELECT 1 FROM sqlite_master WHERE name = 'judging_problems'") === undefined ? undefined : log;
}
