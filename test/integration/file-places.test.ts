import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Ended, runNode } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "lloom-places-")));
const home = join(dir, "home");
const below = join(dir, "below");
afterAll(() => rmSync(dir, { recursive: true, force: true }));
mkdirSync(below);
writeFileSync(join(dir, "password"), "a-password-for-tests\n");

const lloom = (cwd: string, ...args: readonly string[]): Promise<Ended> =>
  runNode({ args: [LLOOM_PROGRAM, ...args], cwd, env: { HOME: home, USERPROFILE: home } }).ended;

describe("a data directory in lloom.toml", { timeout: 120_000 }, () => {
  it.each([
    ["~/nodes/one", join(home, "nodes", "one")],
    ["data", join(dir, "data")],
  ])("is one place for its key, told whole, from every folder: %s", async (named, meant) => {
    writeFileSync(join(dir, "lloom.toml"), `[node]\ndata-dir = "${named}"\n[wallet]\npassword-file = "password"\n`);
    const keystore = join(meant, "keystore.json");
    const made = await lloom(dir, "init");
    expect(made.stdout).toContain(`Keystore  ${keystore} `);
    expect([existsSync(keystore), existsSync(join(dir, "~"))]).toEqual([true, false]);
    const again = await lloom(below, "init", "--config", "../lloom.toml");
    expect(again.stderr).toContain(`There is a keystore already: ${keystore}.`);
    expect(existsSync(join(below, named))).toBe(false);
  });
});
