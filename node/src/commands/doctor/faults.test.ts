import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { afterAll, describe, expect, it } from "vitest";
import { readConfig } from "../../config.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Role } from "../open/running.ts";
import type { Finding } from "./finding.ts";
import { judgeDisk, judgeKeystore, judgeLogs, judgeService, judgeSettings } from "./judge-machine.ts";

const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const folder = mkdtempSync(join(tmpdir(), "lloom-faults-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const roles = (...names: Role[]): ReadonlySet<Role> => new Set(names);
const settingsProblem = (flags: Record<string, string>, environment = {}, text?: string): LloomError => {
  const file = join(folder, "lloom.toml");
  writeFileSync(file, text ?? "");
  try {
    readConfig({ flags, environment, file });
  } catch (thrown) {
    return asLloomError(thrown);
  }
  return expect.fail("These settings are right.");
};
const settings = (problem: LloomError) =>
  judgeSettings({ problem, networkFile: undefined, dataDir: "/d", directory: "private" });
const KEYSTORE = { path: "/d/keystore.json", problem: undefined, isOpen: false };
const WHOLE = { exists: true, keystore: KEYSTORE, address: A, passwordFile: undefined, locked: undefined };

/** A fault as the facts show it, and the command that mends it. */
const FAULTS: readonly (readonly [string, () => readonly Finding[], string])[] = [
  [
    "a bad value of the file",
    () => settings(settingsProblem({}, {}, "[gateway]\nport = 99999")),
    `\${EDITOR:-vi} ${join(folder, "lloom.toml")}`,
  ],
  [
    "a file that is no TOML",
    () => settings(settingsProblem({}, {}, "[gateway")),
    `\${EDITOR:-vi} ${join(folder, "lloom.toml")}`,
  ],
  ["a bad variable", () => settings(settingsProblem({}, { LLOOM_PORT: "http" })), "unset LLOOM_PORT"],
  ["an unknown variable", () => settings(settingsProblem({}, { LLOOM_PROT: "1" })), "unset LLOOM_PROT"],
  [
    "a data directory that others may read",
    () => judgeSettings({ problem: undefined, networkFile: undefined, dataDir: "/my data", directory: "readable" }),
    "chmod 700 '/my data'",
  ],
  ["no keystore", () => judgeKeystore({ ...WHOLE, exists: false, address: undefined }), "lloom init"],
  [
    "a damaged keystore",
    () =>
      judgeKeystore({
        ...{ ...WHOLE, address: undefined },
        keystore: { ...KEYSTORE, problem: new LloomError("KEYSTORE_INVALID", "It is damaged.") },
      }),
    "mv /d/keystore.json /d/keystore.json.damaged && lloom wallet import BACKUP",
  ],
  [
    "a keystore that others may read",
    () => judgeKeystore({ ...WHOLE, keystore: { ...KEYSTORE, isOpen: true } }),
    "chmod 600 /d/keystore.json",
  ],
  [
    "a password file that is not there",
    () =>
      judgeKeystore({
        ...WHOLE,
        passwordFile: {
          path: "/d/password",
          problem: new LloomError("CONFIG_INVALID", "It cannot be read."),
          isOpen: false,
        },
      }),
    `(umask 077; \${EDITOR:-vi} /d/password)`,
  ],
  [
    "a password that is another keystore's",
    () =>
      judgeKeystore({
        ...WHOLE,
        passwordFile: { path: "/d/password", problem: undefined, isOpen: false },
        locked: new LloomError("KEYSTORE_INVALID", "The password does not open the keystore."),
      }),
    `(umask 077; \${EDITOR:-vi} /d/password)`,
  ],
  [
    "a password file that others may read",
    () => judgeKeystore({ ...WHOLE, passwordFile: { path: "/d/password", problem: undefined, isOpen: true } }),
    "chmod 600 /d/password",
  ],
  [
    "a log that a newer version wrote",
    () =>
      judgeLogs({
        logs: [
          {
            path: "/d/executor.sqlite",
            problem: new LloomError("STORE_FAILED", "It was written by a newer Lloom.", {
              details: { found: 99, known: 9 },
            }),
            scope: undefined,
          },
        ],
        ...{ address: A, accounting: B, dataDir: "/d" },
      }),
    "git pull && npm ci   # or: npm install @lloom/node@latest",
  ],
  [
    "a key of the file that is no setting",
    () => settings(settingsProblem({}, {}, "[executor]\npice = 1")),
    `\${EDITOR:-vi} ${join(folder, "lloom.toml")}`,
  ],
  [
    "a data directory that is another user's",
    () => judgeSettings({ problem: undefined, networkFile: undefined, dataDir: "/d", directory: "unwritable" }),
    'sudo chown -R "$(id -un)" /d',
  ],
  [
    "a log of another key",
    () =>
      judgeLogs({
        logs: [{ path: "/d/executor.sqlite", problem: undefined, scope: `1/${B}/${B}` }],
        ...{ address: A, accounting: B, dataDir: "/d" },
      }),
    "lloom init --data-dir /d-2",
  ],
  [
    "a damaged log",
    () =>
      judgeLogs({
        logs: [
          { path: "/d/executor.sqlite", problem: new LloomError("STORE_FAILED", "It is damaged."), scope: undefined },
        ],
        address: A,
        accounting: B,
        dataDir: "/d",
      }),
    "mv /d/executor.sqlite /d/executor.sqlite.damaged",
  ],
  [
    "a log of another deployment",
    () =>
      judgeLogs({
        logs: [{ path: "/d/executor.sqlite", problem: undefined, scope: `1/${A}/${A}` }],
        address: A,
        accounting: B,
        dataDir: "/d",
      }),
    `export LLOOM_ACCOUNTING=${A}`,
  ],
  [
    "a disk that is nearly full",
    () => judgeDisk({ directory: "/d", freeBytes: 50_000_000 }),
    "du -xh --max-depth=2 /d | sort -h | tail -20",
  ],
  [
    "an executor that does not run",
    () => judgeService({ roles: roles("executor"), running: {}, ready: undefined }),
    "lloom executor",
  ],
  [
    "a node that says that it is not ready",
    () =>
      judgeService({
        roles: roles("executor"),
        running: { executor: 7 },
        ready: { url: "http://127.0.0.1:9090/ready", reason: "No model is on offer." },
      }),
    "curl -s http://127.0.0.1:9090/ready",
  ],
];

describe("each fault is found, and names the command that mends it", () => {
  it.each(FAULTS)("%s", (_, judge, mend) => {
    const findings = judge().filter(({ level }) => level === "warning" || level === "wrong");
    expect(findings).toEqual([expect.objectContaining({ mend })]);
  });
});
