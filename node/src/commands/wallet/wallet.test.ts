import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../config.ts";
import { createLog } from "../../log.ts";
import { createKeystore } from "../../wallet/keystore.ts";
import type { CommandContext } from "../command.ts";
import { wallet } from "./wallet.ts";

const directory = mkdtempSync(join(tmpdir(), "lloom-wallet-"));
const file = (name: string): string => join(directory, name);
beforeAll(async () => {
  writeFileSync(file("password"), "a-password-for-tests\n");
  await createKeystore({ path: file("other.json"), password: "another-password", scryptN: 1 << 12 });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** `lloom wallet import` with a password file for the node's own keystore, and without a terminal. */
async function importOther(flags: CommandContext["flags"]): Promise<void> {
  const given = { dataDir: file("data"), passwordFile: file("password") };
  const settings = readConfig({ flags: given, environment: {} });
  const log = createLog({ level: "silent", name: "test" });
  const context = { args: ["import", file("other.json")], flags, settings, log, signal: AbortSignal.timeout(20_000) };
  await wallet.run(context as unknown as CommandContext);
}

describe("importing a keystore without a terminal", () => {
  it("names the flag for that keystore's password, whatever there is for the node's own", async () => {
    const lacks = {
      code: "KEYSTORE_INVALID",
      message: "No password: there is no --import-password-file and no terminal to ask at.",
      next: "Give --import-password-file FILE.",
    };
    await expect(importOther({})).rejects.toMatchObject(lacks);
    const unread = { code: "CONFIG_INVALID", next: expect.stringMatching(/^Give --import-password-file the path/) };
    await expect(importOther({ importPasswordFile: file("nowhere") })).rejects.toMatchObject(unread);
    expect(existsSync(file("data"))).toBe(false);
  });
});
