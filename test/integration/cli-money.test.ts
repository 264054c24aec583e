import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, runNode } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";

const dir = mkdtempSync(join(tmpdir(), "lloom-cli-money-"));
const at = (...parts: string[]): string => join(dir, ...parts);
const PASSWORD = ["--password-file", at("password")];
const ADDRESS = `0x${"11".repeat(20)}`;
/** No chain listens there. */
const NO_CHAIN = "http://127.0.0.1:1";

beforeAll(() => writeFileSync(at("password"), "a-password-for-tests\n"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs in a folder, as a user whose data are in another one. */
const lloom = (args: readonly string[], { cwd = dir, home = at("data") } = {}): Promise<Ended> => {
  mkdirSync(cwd, { recursive: true });
  return runNode({ args: [LLOOM_PROGRAM, ...args], env: { XDG_DATA_HOME: home }, cwd }).ended;
};
const told = ({ stdout }: Ended): Record<string, unknown> => JSON.parse(stdout);

/** Wrong input, the exit code, and what the sentence must say. */
const WRONG: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  [
    "a missing keystore, before a password is asked for",
    ["faucet", "--keystore", at("none.json")],
    1,
    /KEYSTORE_INVALID: There is no keystore at .*none\.json\.\n {2}Create one with lloom init/,
  ],
  [
    "a payout of nothing known",
    ["withdraw", "everything"],
    2,
    /does not know "everything"\.\n {2}It pays out earnings/,
  ],
  ["an amount of earnings", ["withdraw", "earnings", "5"], 2, /takes no amount: it pays out all of it/],
  ["a payout to no address", ["withdraw", "earnings", "--to", "me"], 2, /COMMAND_INVALID: "me" is not an address/],
  [
    "a payout to a mistyped address",
    ["withdraw", "earnings", "--to", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAec"],
    2,
    /COMMAND_INVALID: "0x5aAeb\w+" is mistyped: its capitals do not fit its digits/,
  ],
  [
    "a mistyped contract",
    ["status", "--accounting", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAec"],
    2,
    /without a mistake/,
  ],
  ["a part of a deposit that is none", ["withdraw", "deposit", "-1"], 2, /COMMAND_INVALID/],
  ["an allocation to nobody", ["allocate", "nobody", "1"], 2, /"nobody" is not an address/],
  ["an allocation of nothing", ["allocate", ADDRESS, "0"], 2, /The amount is zero/],
  ["a release to nobody", ["release", "x"], 2, /"x" is not an address/],
  ["an unlock that is cancelled and finished", ["unlock", ADDRESS, "--cancel", "--finish"], 2, /exclude each other/],
  ["a cancelled unlock of no channel", ["unlock", "--cancel"], 2, /Which channel\?/],
  ["an unlock that finishes an amount", ["unlock", ADDRESS, "1", "--finish"], 2, /take no amount/],
  [
    "a canary key that is none",
    ["canaries", "--canary-keys", "4", "--export", "4"],
    2,
    /no canary key 4\.\n {2}Give one from 0 to 3/,
  ],
  [
    "a canary key for no folder",
    ["canaries", "--canary-keys", "4", "--export", "3"],
    2,
    /needs a folder\.\n {2}Add --to/,
  ],
  ["a credit of nothing", ["credit", "0", "--collector", ADDRESS], 2, /amount above zero/],
  [
    "a cancelled dispute to sign",
    ["dispute", "cancel", `0x${"1d".repeat(32)}`, "--sign-only", at("o")],
    2,
    /opening and conceding can be signed/,
  ],
  ["a dispute that does what all objects do", ["dispute", "toString", `0x${"1d".repeat(32)}`], 2, /cannot "toString"/],
  ["a relay of nothing", ["relay"], 2, /Missing required argument .file./],
  ["a relay of no file", ["relay", at("none.json")], 1, /ORDER_INVALID: The order .*none\.json cannot be read/],
  ["a relay of no order", ["relay", at("password")], 1, /ORDER_INVALID: The order .*password is no JSON/],
  [
    "earnings paid by a signature",
    ["withdraw", "earnings", "--sign-only", at("o")],
    2,
    /pay out earnings to no signature/,
  ],
  ["a client without a signature", ["withdraw", "deposit", "--for", ADDRESS], 2, /--for is about a signed order/],
  ["a signature that is never valid", ["deposit", "1", "--sign-only", at("o"), "--valid", "0"], 2, /--valid is "0"/],
  ["a signed unlock of no channel", ["unlock", "--finish", "--sign-only", at("o")], 2, /request to unlock one channel/],
  ["an unlock for a client by a transaction", ["unlock", ADDRESS, "--for", ADDRESS], 2, /--for goes with --finish/],
  [
    "another action with session keys",
    ["signer", "eat"],
    2,
    /cannot "eat"\.\n {2}It can list, prove, add, remove, rotate\./,
  ],
  [
    "a session key's proof for nobody",
    ["signer", "prove"],
    2,
    /The client is missing\.\n {2}Give its address: lloom signer prove/,
  ],
  ["an end of no session key at all", ["signer", "remove"], 2, /The session key is missing/],
  ["session keys and one word more", ["signer", "list", "me"], 2, /"me" is one word too many/],
  [
    "session keys of another one, ended",
    ["signer", "remove", ADDRESS, "--address", ADDRESS],
    2,
    /--address is for lloom signer list/,
  ],
  ["session keys for an hour", ["signer", "--valid", "1"], 2, /--valid is for lloom signer prove/],
  ["a session key's proof to nowhere", ["signer", "prove", ADDRESS], 2, /A file is missing/],
  ["a session key without a proof", ["signer", "add"], 2, /Whose proof\?/],
  [
    "a session key with a proof that is none",
    ["signer", "add", at("password")],
    1,
    /ORDER_INVALID: The proof .* no JSON/,
  ],
  ["an end of what is no key", ["signer", "remove", "me"], 2, /"me" is not an address/],
  ["an unbonding of nothing said", ["unbond"], 2, /How much\?/],
  ["an unbonding cancelled by an amount", ["unbond", "5", "--cancel"], 2, /How much\?/],
  [
    "another action with the wallet",
    ["wallet", "eat"],
    2,
    /cannot "eat"\.\n {2}It can show, address, balance, new, export, import\./,
  ],
  [
    "another's address of this key",
    ["wallet", "address", "--address", ADDRESS],
    2,
    /--address is for lloom wallet balance/,
  ],
  [
    "a balance of nobody",
    ["wallet", "balance", "--address", "me", "--accounting", ADDRESS],
    2,
    /"me" is not an address/,
  ],
  ["a balance of a file", ["wallet", "balance", at("copy.json")], 2, /lloom wallet balance takes no file/],
  ["an export to nowhere", ["wallet", "export"], 2, /A file is missing\.\n {2}Give one: lloom wallet export FILE/],
];

describe("commands that move money, given bad input", () => {
  it.each(WRONG)("answer %s with a sentence", async (_, args, exitCode, sentence) => {
    const { code, stdout, stderr } = await lloom(args);
    expect(stderr).toMatch(sentence);
    expect(code).toBe(exitCode);
    expect(stdout).toBe("");
  });

  it.each([
    "wallet",
    "allocate",
    "unlock",
    "earnings",
    "rewards",
    "withdraw",
    "settle",
    "release",
    "unbond",
    "unjail",
    "relay",
    "signer",
    "credit",
  ])("help: lloom %s", async (command) => {
    const { code, stdout } = await lloom([command, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Examples:");
  });
});

describe("the key's home", { timeout: 240_000 }, () => {
  it("is found from every folder, without a password for what is public", async () => {
    const made = told(await lloom(["init", "--json", ...PASSWORD]));
    expect(made).toMatchObject({ event: "initialized", keystore: at("data/lloom/keystore.json"), others: [] });
    const shown = told(await lloom(["wallet", "show", "--json"], { cwd: at("some/folder") }));
    expect(shown).toMatchObject({ address: made["address"], keystore: made["keystore"] });
    expect((await lloom(["wallet", "address"])).stdout).toBe(`${made["address"]}\n`);
    const { code, stderr } = await lloom(["status", "--accounting", ADDRESS, "--rpc", NO_CHAIN]);
    expect(stderr).toMatch(/^CHAIN_UNREACHABLE/);
    expect(code).toBe(75);
  });

  it.each([
    { HOME: "", XDG_DATA_HOME: "" },
    { HOME: "here", XDG_DATA_HOME: "there" },
  ])("is never the working directory, by an environment that names no other: %j", async (env) => {
    const cwd = at("nobody");
    mkdirSync(cwd, { recursive: true });
    const { code, stderr } = await runNode({ args: [LLOOM_PROGRAM, "init", ...PASSWORD], env, cwd }).ended;
    expect(stderr).toMatch(
      /^CONFIG_INVALID: This user has no home directory to keep keys in\.\n {2}Give --data-dir DIR/,
    );
    expect(code).toBe(2);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("is told of by whoever makes a key elsewhere", async () => {
    const { code, stderr } = await lloom(["init", "--data-dir", at("second"), ...PASSWORD]);
    expect(stderr).toContain(`Warning: you have another key in ${at("data/lloom/keystore.json")}`);
    expect(code).toBe(0);
  });

  it("stays in .lloom where an earlier version made it, also for folders below, until it is moved", async () => {
    cpSync(at("second"), at("checkout/.lloom"), { recursive: true });
    const from = { cwd: at("checkout/deep/down"), home: at("nothing") };
    const { stdout, stderr } = await lloom(["wallet", "show"], from);
    expect(stdout).toContain(at("checkout/.lloom/keystore.json"));
    expect(stderr).toMatch(/^Note: The key in .* is used\. Only this folder finds it[\s\S]*mv "/);
    // Making one does not make a second key in silence.
    const again = await lloom(["init", ...PASSWORD], from);
    expect(again.stderr).toMatch(/KEYSTORE_INVALID: There is a keystore already: .*checkout\/\.lloom/);
    expect(existsSync(at("nothing"))).toBe(false);
  });

  it("is asked for where there are two", async () => {
    const { code, stdout, stderr } = await lloom(["wallet", "show"], { cwd: at("checkout") });
    expect(stderr).toMatch(
      /^CONFIG_INVALID: There is a key in .*data\/lloom, and another one in .*checkout\/\.lloom\./,
    );
    expect(stdout).toBe("");
    expect(code).toBe(2);
    for (const meant of [at("checkout/.lloom"), at("data/lloom")]) {
      const named = await lloom(["wallet", "show", "--data-dir", meant], { cwd: at("checkout") });
      expect(named.stdout).toContain(join(meant, "keystore.json"));
    }
    const said = await lloom(["wallet", "show", "--data-dir", at("checkout/.lloom")], { cwd: at("checkout") });
    expect(said.code).toBe(0);
  });
});

describe("the key itself", { timeout: 240_000 }, () => {
  it("goes out and comes in again, as a keystore and as bare digits", async () => {
    const { address } = told(await lloom(["wallet", "show", "--json"]));
    for (const [file, ...flags] of [["copy.json"], ["digits", "--raw"]] as const) {
      const out = await lloom(["wallet", "export", at(file), ...flags, ...PASSWORD]);
      expect(out.code).toBe(0);
      const again = await lloom(["wallet", "export", at(file), ...flags, ...PASSWORD]);
      expect(again.stderr).toMatch(/KEYSTORE_INVALID: .*already/);
      const into = ["--data-dir", at(`from-${file}`), ...PASSWORD, "--import-password-file", at("password")];
      expect(told(await lloom(["wallet", "import", at(file), ...into, "--json"]))).toMatchObject({ address });
    }
  });
});
