import { existsSync } from "node:fs";
import { dataFile } from "../../config.ts";
import type { Database } from "../../store/database/database.ts";
import { openToRead } from "../../store/database/reading.ts";
import type { TextCipher } from "../../store/database/text-cipher.ts";
import type { CommandContext } from "../command.ts";
import type { LogFile } from "../open/log-files.ts";
import type { View } from "./account.ts";

/**
 * This account's log on this network, to be read beside a running node, whichever version wrote it; undefined where there is none,
 * which says nothing of logs in other places. Closed when the command ends.
 */
export function readOwnLog(
  { settings, stack }: Pick<CommandContext, "settings" | "stack">,
  { address, chain }: View,
  { file, cipher }: { readonly file: LogFile; readonly cipher?: TextCipher },
): Database | undefined {
  const path = dataFile(settings, file);
  if (!existsSync(path)) return undefined;
  const { chainId, accounting } = chain.domain;
  const log = openToRead(path, { stack, ...(cipher === undefined ? {} : { cipher }) });
  const { value: scope } = log.get("SELECT value FROM facts WHERE name = 'scope'") ?? {};
  return scope === `${chainId}/${accounting}/${address}` ? log : undefined;
}
