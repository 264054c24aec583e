import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { receiptFileToData } from "@lloom/protocol/receipt-file";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKeystore } from "../../node/src/wallet/keystore.ts";
import { provenAnswer } from "../../protocol/test/proven-answer.ts";
import { type Ended, runNode } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "lloom-cli-")));
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
  writeFileSync(file("keys"), "key-1\n");
  await createKeystore({ path: file("keystore.json"), password: PASSWORD, scryptN: 1 << 12 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const lloom = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  runNode({ args: [LLOOM_PROGRAM, ...args], env, cwd: dir }).ended;

/** Wrong input, the exit code, and what the sentence must say. */
const WRONG: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  [
    "an unknown command",
    ["exectuor"],
    2,
    /COMMAND_INVALID: Unknown command 'exectuor'\. Did you mean executor\?[\s\S]*lloom --help/,
  ],
  [
    "an unknown flag",
    ["executor", "--prize", "3"],
    2,
    /COMMAND_INVALID: Unknown option '--prize'[\s\S]*lloom executor --help/,
  ],
  ["a flag without its value", ["gateway", "--port"], 2, /argument missing/],
  ["a missing prompt", ["ask"], 2, /Missing required argument 'prompt'[\s\S]*lloom ask --help/],
  ["too many arguments", ["deposit", "1", "2"], 2, /Too many arguments[\s\S]*lloom deposit --help/],
  ["an argument where there is none", ["faucet", "abc"], 2, /Too many arguments for 'faucet'/],
  ["no command", [], 2, /Commands:[\s\S]*COMMAND_INVALID: No command is given/],
  ["an RPC that is no URL", ["status", "--rpc", "localhost"], 2, /CONFIG_INVALID: --rpc must be a URL/],
  ["a bad address", ["status", "--accounting", "0x12"], 2, /CONFIG_INVALID: --accounting must be an address/],
  [
    "a port out of range",
    ["gateway", "--port", "70000"],
    2,
    /CONFIG_INVALID: --port must be a whole number from 0 to 65535/,
  ],
  ["a port that is no number", ["gateway", "--port", "http"], 2, /CONFIG_INVALID: --port must be a whole number/],
  ["a negative price", ["executor", "--inbound-price", "-1"], 2, /CONFIG_INVALID: --inbound-price must be an amount/],
  ["a log level that is none", ["status", "--log-level", "loud"], 2, /CONFIG_INVALID: --log-level must be silent/],
  [
    "a bootstrap that is no multiaddr",
    ["validator", "--bootstrap", "1.2.3.4:4001"],
    2,
    /--bootstrap must be a multiaddr/,
  ],
  [
    "an address to listen on without a port",
    ["executor", "--listen", "/ip4/127.0.0.1"],
    2,
    /CONFIG_INVALID: --listen must be a multiaddr such as/,
  ],
  [
    "a model that the backend does not have, before any is loaded",
    ["executor", "--models", "nope", ...KEY],
    2,
    /CONFIG_INVALID: --models names "nope", but the backend has lloom-tiny alone\.\n {2}Leave --models out/,
  ],
  [
    "a host that is not this machine's, before the network is joined",
    ["gateway", "--host", "192.0.2.1", "--port", "0", "--api-keys-file", file("keys"), ...KEY],
    2,
    /CONFIG_INVALID: The gateway cannot listen on 192\.0\.2\.1, port 0 \(EADDRNOTAVAIL\)\.\n {2}Give --host an address/,
  ],
  ["zero threads", ["executor", "--threads", "0"], 2, /--threads must be a whole number from 1 to 256/],
  ["a missing config file", ["status", "--config", file("nowhere.toml")], 2, /nowhere\.toml cannot be read/],
  [
    "a config file that is no TOML",
    ["status", "--config", file("broken.toml")],
    2,
    /broken\.toml, line 1, column 9 is not valid TOML: [^.]+\.\n/,
  ],
  [
    "an unknown setting",
    ["status", "--config", file("unknown.toml")],
    2,
    /unknown setting: network\.rcp[\s\S]*Did you mean network\.rpc\?/,
  ],
  [
    "a bad value in the file",
    ["gateway", "--config", file("bad-value.toml")],
    2,
    /gateway\.port in .*bad-value\.toml must be a whole number/,
  ],
  ["a setting outside a section", ["status", "--config", file("outside.toml")], 2, /rpc stands outside a section/],
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
    ["faucet", "--keystore", file("keystore.json"), "--password-file", file("wrong-password")],
    1,
    /KEYSTORE_INVALID/,
  ],
  ["no password and no terminal", ["faucet", "--keystore", file("keystore.json")], 1, /KEYSTORE_INVALID: No password/],
  [
    "a missing password file",
    ["faucet", "--keystore", file("keystore.json"), "--password-file", file("none")],
    2,
    /CONFIG_INVALID: The password file/,
  ],
  ["a keystore that exists already", ["init", ...KEY], 1, /There is a keystore already/],
  ["an unknown network", ["status", ...KEY, "--network", "x"], 2, /CONFIG_INVALID: The address book has no .*"x"/],
  ["no contract address", ["status", ...KEY], 2, /CONFIG_INVALID[\s\S]*--accounting ADDRESS/],
  [
    "a chain that does not answer",
    ["status", ...KEY, "--accounting", ADDRESS, "--rpc", NO_CHAIN],
    75,
    /CHAIN_UNREACHABLE/,
  ],
  ["an empty prompt", ["ask", " ", ...KEY], 2, /COMMAND_INVALID: The prompt is empty/],
  ["a prompt not in UTF-8, which Node mends", ["ask", "Perch\uFFFD"], 2, /COMMAND_INVALID: "Perch\uFFFD" is no text/],
  ["a flag that is mended", ["ask", "hi", "--system", "\uFFFD"], 2, /is no text in UTF-8.*\n {2}Set the terminal/],
  ["a hot temperature", ["ask", "hi", "--temperature", "9", ...KEY], 2, /COMMAND_INVALID: --temperature is "9"/],
  [
    "a part of a token",
    ["ask", "hi", "--max-tokens", "1.9", ...KEY],
    2,
    /--max-tokens is "1.9"\.\n {2}Give a whole number/,
  ],
  [
    "a receipt's path that cannot be written, before anything is asked",
    ["ask", "hi", "--receipt", file("nowhere/x.json"), ...KEY],
    2,
    /COMMAND_INVALID: --receipt: .*x\.json cannot be written[\s\S]*Nothing was asked/,
  ],
  ["a deposit of nothing", ["deposit", "0"], 2, /COMMAND_INVALID: The amount is zero\.\n {2}Give .*: lloom deposit 10/],
  ["a negative deposit", ["deposit", "--", "-5"], 2, /COMMAND_INVALID: "-5" is not an amount/],
  [
    "a stake that is no amount",
    ["stake", "abc"],
    2,
    /COMMAND_INVALID: "abc" is not an amount.*\n {2}Give .*: lloom stake 100/,
  ],
  ["an amount of 41 digits", ["deposit", "1".repeat(41)], 2, /"1{41}" is too large: an amount is at most \d+/],
  ["a receipt that is not there", ["receipt", "verify", file("none")], 2, /COMMAND_INVALID: .*none cannot be read/],
  ["a receipt that is none", ["receipt", "verify", file("not-a-keystore.json")], 1, /RECEIPT_INVALID: .*not JSON/],
  ["another action with a receipt", ["receipt", "frame", "x"], 2, /cannot "frame"[\s\S]*lloom receipt verify FILE/],
  ["a receipt without an action", ["receipt"], 2, /Missing required argument 'action'/],
  ["a role that is none", ["stake", "1", "--role", "king", ...KEY], 2, /COMMAND_INVALID: --role is "king"/],
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
    const { code, stderr } = await lloom(["status"], { LLOOM_RPC_URL: "nowhere" });
    expect(code).toBe(2);
    expect(stderr).toMatch(/CONFIG_INVALID: LLOOM_RPC_URL must be a URL/);
  });

  it.each([
    ["LLOOM_OUTBOUND_PRISE", /unknown setting: LLOOM_OUTBOUND_PRISE\.\n {2}Did you mean LLOOM_OUTBOUND_PRICE\?/],
    ["LLOOM_RCP_URL", /unknown setting: LLOOM_RCP_URL\.\n {2}Did you mean LLOOM_RPC_URL\?/],
    ["LLOOM_RPC", /LLOOM_RPC is called LLOOM_RPC_URL now: set that, and unset LLOOM_RPC\./],
    ["LLOOM_FOO", /unknown setting: LLOOM_FOO\.\n {2}Correct its name, or unset it/],
  ])("refuses the unknown environment variable %s", async (name, sentence) => {
    const { code, stderr } = await lloom(["status"], { [name]: "1" });
    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
  });

  it("lets the variables of the indexer and the explorer be", async () => {
    const env = { LLOOM_RPC_URL: "http://127.0.0.1:1", LLOOM_PGLITE_DIR: "x", LLOOM_NETWORK_NAME: "x" };
    expect((await lloom(["init", ...KEY], env)).stderr).toMatch(/There is a keystore already/);
  });

  it("makes a key's directory step by step, and says where it cannot", async () => {
    const wrong = ["init", "--password-file", file("password"), "--keystore", "/proc/a/b/keystore.json"];
    if (process.platform === "linux")
      expect((await lloom(wrong)).stderr).toMatch(/^STORE_FAILED: The directory \/proc/);
    const path = file("new/deep/keystore.json");
    expect((await lloom(["init", "--password-file", file("password"), "--keystore", path])).code).toBe(0);
    if (process.platform !== "win32") expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
  });

  it("gives programs the same as JSON", async () => {
    const { stderr } = await lloom(["status", "--rpc", "nowhere", "--json"]);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "CONFIG_INVALID", retryable: false } });
  });

  it("gives programs a wrong command line as JSON too", async () => {
    const { code, stderr } = await lloom(["status", "--prize", "3", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "COMMAND_INVALID", retryable: false } });
  });

  it("lets a flag win over the environment, and the environment over the file", async () => {
    writeFileSync(file("lloom.toml"), '[network]\nrpc = "bad-file"\n');
    try {
      expect((await lloom(["status"])).stderr).toContain(`network.rpc in ${file("lloom.toml")}`);
      expect((await lloom(["status"], { LLOOM_RPC_URL: "bad-environment" })).stderr).toContain("LLOOM_RPC_URL");
      expect((await lloom(["status", "--rpc", "bad-flag"], { LLOOM_RPC_URL: "bad-environment" })).stderr).toContain(
        "--rpc",
      );
    } finally {
      rmSync(file("lloom.toml"));
    }
  });

  it("verifies a receipt without a network, and says the first thing that is wrong", async () => {
    const messages = [{ role: "user", content: "Why?" }] as const;
    const { receipt, content } = provenAnswer(messages, "Because.");
    const json = JSON.stringify(receiptFileToData(receipt, content));
    writeFileSync(file("receipt.json"), json);
    writeFileSync(file("tampered.json"), json.replace("Because.", "Why not."));
    const right = await lloom(["receipt", "verify", file("receipt.json")]);
    expect(right).toMatchObject({ code: 0, stderr: "" });
    expect(right.stdout).toMatch(/^The receipt is right\.\n[\s\S]*Checked +the answer: it is the text that was signed/);
    expect(right.stdout).toMatch(
      /: \d+ base units\nLane[\s\S]*Amounts +in base units of the token .*: name the deploy/,
    );
    const told = await lloom(["receipt", "verify", file("receipt.json"), "--json"]);
    expect(JSON.parse(told.stdout)).toMatchObject({ event: "verified", client: receipt.request.client });
    const wrong = await lloom(["receipt", "verify", file("tampered.json"), "--json"]);
    expect(wrong).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse(wrong.stderr)).toMatchObject({
      error: { code: "RECEIPT_INVALID", message: "The answer is not the one that the executor signed." },
    });
  });

  it("holds the body that the gateway got against the prompt that was signed", async () => {
    const { receipt, content } = provenAnswer([{ role: "system", content: "Be brief." }], "Because.");
    const { prompt, answer } = content;
    const salted = JSON.stringify(
      receiptFileToData(receipt, { prompt: { salt: prompt.salt }, answer: { salt: answer.salt } }),
    );
    const whole = { choices: [{ message: { content: "Because." } }], lloom: { receipt: JSON.parse(salted) } };
    writeFileSync(file("answer.json"), JSON.stringify(whole));
    const verify = async (text: string) => {
      const messages = [{ role: "developer", content: [{ type: "text", text }] }];
      writeFileSync(file("question.json"), JSON.stringify({ model: "m", messages }));
      return lloom(["receipt", "verify", file("answer.json"), "--request", file("question.json")]);
    };
    expect((await verify("Be brief.")).stdout).toContain("the prompt: it is the text that was signed");
    const { code, stderr } = await verify("Be long.");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^RECEIPT_INVALID: The messages are not those that the client signed\./);
  });

  it("helps with every command", async () => {
    const { code, stdout } = await lloom(["--help"]);
    expect(code).toBe(0);
    for (const command of [
      "init",
      "deposit",
      "stake",
      "status",
      "validator",
      "executor",
      "ask",
      "gateway",
      "receipt",
    ]) {
      expect(stdout).toContain(command);
      const help = await lloom([command, "--help"]);
      expect(help.code).toBe(0);
      expect(help.stdout).toContain("Examples:");
    }
  });
});
