import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readConfig } from "../config.ts";
import { createLog } from "../log.ts";
import { COMMANDS } from "./catalogue.ts";
import type { CommandContext } from "./command.ts";

const directory = mkdtempSync(join(tmpdir(), "lloom-places-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const WRONG = "~nobody/file";
const ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const keystore = join(directory, "keystore");
writeFileSync(keystore, "{}");

type Use = Pick<CommandContext, "args" | "flags">;
const signed = (...args: readonly string[]): Use => ({ args, flags: { signOnly: WRONG } });

/** Where each command takes a file of its own, and how it is used then. */
const USES: Readonly<Record<string, readonly Use[]>> = {
  "wallet [file]": [
    { args: ["export", WRONG], flags: {} },
    { args: ["import", WRONG], flags: {} },
  ],
  "wallet --import-password-file": [{ args: ["import", keystore], flags: { importPasswordFile: WRONG } }],
  "deposit --sign-only": [signed("1")],
  "allocate --sign-only": [signed(ADDRESS, "1")],
  "unlock --sign-only": [signed(ADDRESS)],
  "withdraw --sign-only": [signed("deposit")],
  "stake --sign-only": [signed("1")],
  "credit --sign-only": [signed("1")],
  "dispute --sign-only": [signed("open", `0x${"1d".repeat(32)}`), signed("concede", `0x${"1d".repeat(32)}`)],
  "dispute --out": [{ args: ["evidence", `0x${"1d".repeat(32)}`], flags: { out: WRONG } }],
  "bench --gateway-key-file": [{ args: [], flags: { gateway: "http://127.0.0.1:8080", gatewayKeyFile: WRONG } }],
  "batch --gateway-key-file": [{ args: ["list"], flags: { gateway: "http://127.0.0.1:8080", gatewayKeyFile: WRONG } }],
  "batch --to": [{ args: ["results", "batch_0123456789abcdef"], flags: { to: WRONG } }],
  "chat --continue [FILE]": [{ args: [], flags: { continue: WRONG } }],
  "relay <file>": [{ args: [WRONG], flags: {} }],
  "signer [more]": [
    { args: ["prove", ADDRESS, WRONG], flags: {} },
    { args: ["add", WRONG], flags: {} },
  ],
  "ask --receipt": [{ args: ["Hello"], flags: { receipt: WRONG } }],
  "receipt <file>": [{ args: ["verify", WRONG], flags: {} }],
  "receipt --request": [{ args: ["verify", keystore], flags: { request: WRONG } }],
  "canaries --to": [{ args: [], flags: { export: "0", to: WRONG } }],
  "calibrate <model>": [{ args: [WRONG], flags: {} }],
  "calibrate --out": [{ args: ["tiny"], flags: { out: WRONG } }],
  "calibrate --confirm": [{ args: ["tiny"], flags: { confirm: WRONG } }],
};

function contextOf({ args, flags }: Use): CommandContext {
  const settings = readConfig({ flags: { canaryKeys: "1" }, environment: {}, defaults: { dataDir: directory } });
  const log = createLog({ level: "silent", name: "test" });
  // What opens and signals are for is not reached.
  return { args, flags, settings, log, signal: AbortSignal.timeout(20_000) } as CommandContext;
}

describe("a file that a command takes", () => {
  it("is refused where only a shell knows it, before anything is asked or done", async () => {
    const found: string[] = [];
    for (const { name, load } of COMMANDS) {
      const command = await load();
      const forms = [...(command.arguments ?? []), ...(command.flags ?? [])].map(({ form }) => form);
      const files = forms.filter(
        (form) => /[<[](file|model|folder|more)[\]>]/i.test(form) && form !== "--model <NAME>",
      );
      for (const form of files) {
        const key = `${name} ${form.replace(/ <.*/, "")}`;
        found.push(key);
        for (const use of USES[key] ?? []) {
          const refused = { code: "COMMAND_INVALID", message: expect.stringContaining("begins with ~ and a name") };
          await expect(command.run(contextOf(use)), key).rejects.toMatchObject(refused);
        }
      }
    }
    expect(found.sort()).toEqual(Object.keys(USES).sort());
  }, 120_000);
});
