import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKeystore } from "../../node/src/wallet/keystore.ts";
import { LLOOM } from "../../scripts/devnet/root.ts";
import { type Ended, runNode } from "../support/processes.ts";

const dir = mkdtempSync(join(tmpdir(), "lloom-cli-"));
const file = (name: string): string => join(dir, name);
const PASSWORD = "a-password-for-tests";
const ADDRESS = `0x${"11".repeat(20)}`;
/** No chain listens there. */
const NO_CHAIN = "http://127.0.0.1:1";
const KEY = ["--keystore", file("keystore.json"), "--password-file", file("password")];

beforeAll(async () => {
  writeFileSync(file("password"), `${PASSWORD}\n`);
  writeFileSync(file("wrong-password"), "something else\n");
  writeFileSync(file("not-a-keystore.json"), "hello");
  writeFileSync(file("broken.toml"), "[network\nrpc = 3");
  writeFileSync(file("unknown.toml"), '[network]\nrcp = "http://127.0.0.1:8545"\n');
  writeFileSync(file("bad-value.toml"), "[gateway]\nport = 99999\n");
  writeFileSync(file("outside.toml"), 'rpc = "http://127.0.0.1:8545"\n');
  writeFileSync(file("empty-keys"), "\n");
  await createKeystore({ path: file("keystore.json"), password: PASSWORD, scryptN: 1 << 12 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const lloom = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  runNode({ args: [LLOOM, ...args], env, cwd: dir }).ended;

/** Wrong input, the exit code, and what the sentence must say. */
const WRONG: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ["an unknown command", ["exectuor"], 2, /unknown command 'exectuor'[\s\S]*Did you mean executor\?/],
  ["an unknown flag", ["executor", "--prize", "3"], 2, /unknown option '--prize'/],
  ["a flag without its value", ["gateway", "--port"], 2, /argument missing/],
  ["a missing prompt", ["ask"], 2, /missing required argument 'prompt'/],
  ["too many arguments", ["deposit", "1", "2"], 2, /too many arguments/],
  ["an RPC that is no URL", ["status", "--rpc", "localhost"], 1, /CONFIG_INVALID: --rpc must be a URL/],
  ["a bad address", ["status", "--accounting", "0x12"], 1, /CONFIG_INVALID: --accounting must be an address/],
  ["a port out of range", ["gateway", "--port", "70000"], 1, /CONFIG_INVALID: --port must be at most 65535/],
  ["a port that is no number", ["gateway", "--port", "http"], 1, /CONFIG_INVALID: --port must be a whole number/],
  ["a negative price", ["executor", "--inbound-price", "-1"], 1, /CONFIG_INVALID: --inbound-price must be an amount/],
  ["a log level that is none", ["status", "--log-level", "loud"], 1, /CONFIG_INVALID: --log-level must be silent/],
  [
    "a bootstrap that is no multiaddr",
    ["validator", "--bootstrap", "1.2.3.4:4001"],
    1,
    /--bootstrap must be a multiaddr/,
  ],
  ["zero threads", ["executor", "--threads", "0"], 1, /--threads must be at least 1/],
  ["a missing config file", ["status", "--config", file("nowhere.toml")], 1, /nowhere\.toml cannot be read/],
  ["a config file that is no TOML", ["status", "--config", file("broken.toml")], 1, /broken\.toml is not valid TOML/],
  ["an unknown setting", ["status", "--config", file("unknown.toml")], 1, /unknown setting: network\.rcp/],
  [
    "a bad value in the file",
    ["gateway", "--config", file("bad-value.toml")],
    1,
    /gateway\.port in .*bad-value\.toml must be at most/,
  ],
  ["a setting outside a section", ["status", "--config", file("outside.toml")], 1, /rpc stands outside a section/],
  [
    "a missing keystore",
    ["status", "--keystore", file("none.json"), "--password-file", file("password")],
    1,
    /KEYSTORE_INVALID/,
  ],
  [
    "a file that is no keystore",
    ["status", "--keystore", file("not-a-keystore.json"), "--password-file", file("password")],
    1,
    /KEYSTORE_INVALID/,
  ],
  [
    "a wrong password",
    ["status", "--keystore", file("keystore.json"), "--password-file", file("wrong-password")],
    1,
    /KEYSTORE_INVALID/,
  ],
  ["no password and no terminal", ["status", "--keystore", file("keystore.json")], 1, /KEYSTORE_INVALID: No password/],
  ["a missing password file", ["status", "--password-file", file("none")], 1, /KEYSTORE_INVALID: The password file/],
  ["a keystore that exists already", ["init", ...KEY], 1, /There is a keystore already/],
  ["no contract address", ["status", ...KEY], 1, /CONFIG_INVALID[\s\S]*--accounting ADDRESS/],
  [
    "a chain that does not answer",
    ["status", ...KEY, "--accounting", ADDRESS, "--rpc", NO_CHAIN],
    75,
    /CHAIN_UNREACHABLE/,
  ],
  ["an empty prompt", ["ask", " ", ...KEY], 1, /REQUEST_INVALID: The prompt is empty/],
  [
    "a temperature out of range",
    ["ask", "hi", "--temperature", "9", ...KEY],
    1,
    /REQUEST_INVALID: --temperature is "9"/,
  ],
  ["a role that is none", ["stake", "1", "--role", "king", ...KEY], 1, /CONFIG_INVALID: --role is "king"/],
];

describe("lloom, given bad input", () => {
  it.each(WRONG)("answers %s with a sentence", async (_, args, exitCode, sentence) => {
    const { code, stdout, stderr } = await lloom(args);
    expect(stderr).toMatch(sentence);
    expect(code).toBe(exitCode);
    expect(stdout).toBe("");
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it("names the environment variable that is wrong", async () => {
    const { code, stderr } = await lloom(["status"], { LLOOM_RPC: "nowhere" });
    expect(code).toBe(1);
    expect(stderr).toMatch(/CONFIG_INVALID: LLOOM_RPC must be a URL/);
  });

  it("gives programs the same as JSON", async () => {
    const { stderr } = await lloom(["status", "--rpc", "nowhere", "--json"]);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "CONFIG_INVALID", retryable: false } });
  });

  it("lets a flag win over the environment, and the environment over the file", async () => {
    writeFileSync(file("lloom.toml"), '[network]\nrpc = "bad-file"\n');
    try {
      expect((await lloom(["status"])).stderr).toContain("network.rpc in lloom.toml");
      expect((await lloom(["status"], { LLOOM_RPC: "bad-environment" })).stderr).toContain("LLOOM_RPC");
      expect((await lloom(["status", "--rpc", "bad-flag"], { LLOOM_RPC: "bad-environment" })).stderr).toContain(
        "--rpc",
      );
    } finally {
      rmSync(file("lloom.toml"));
    }
  });

  it("helps with every command", async () => {
    const { code, stdout } = await lloom(["--help"]);
    expect(code).toBe(0);
    for (const command of ["init", "deposit", "stake", "status", "validator", "executor", "ask", "gateway"]) {
      expect(stdout).toContain(command);
      const help = await lloom([command, "--help"]);
      expect(help.code).toBe(0);
      expect(help.stdout).toContain("Examples:");
    }
  });
});
