// After every file that starts whole networks: no log that one of them wrote meanwhile holds a key, the password or a prompt.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { FIRST_PROMPT } from "../../devnet/src/first-answer.ts";
import { runsOfUser } from "../../devnet/src/run-folder.ts";
import { membersLogs, secretsInLogs } from "./log-secrets.ts";

const beganMs = Date.now();

/** Folders of logs in which a member has written since this file began: other networks come up at the same time. */
function freshLogs(): string[] {
  const base = runsOfUser();
  if (!existsSync(base)) return [];
  const folders = readdirSync(base).map((run) => join(base, run, "logs"));
  const isFresh = (folder: string): boolean =>
    membersLogs(folder).some((name) => statSync(join(folder, name)).mtimeMs >= beganMs);
  return folders.filter((folder) => existsSync(folder) && isFresh(folder));
}

afterAll(() => {
  for (const folder of freshLogs()) expect(secretsInLogs(folder, [FIRST_PROMPT]), folder).toEqual([]);
});
