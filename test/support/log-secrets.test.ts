import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { DEVNET_ACCOUNTS } from "../../devnet/src/accounts.ts";
import { PASSWORD } from "../../devnet/src/nodes.ts";
import { secretsInLogs } from "./log-secrets.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lloom-log-secrets-"));
});
afterEach(() => rmSync(dir, { recursive: true }));
const write = (name: string, text: string): void => writeFileSync(join(dir, name), text);

it("finds keys, the password, what the test knows, and who asks in an address", () => {
  const key = Buffer.from(DEVNET_ACCOUNTS.gateway.secret).toString("hex");
  write("gateway.log", `{"key":"0x${key.toUpperCase()}"}\n{"password":"${PASSWORD}"}\n`);
  write("executor-1.log", `{"prompt":"say \\"cheese\\""}\n{"url":"http://me:word@127.0.0.1:1"}\n`);
  const found = secretsInLogs(dir, ['say "cheese"', "never said"]);
  expect(found).toHaveLength(4);
  expect(found.filter((one) => one.startsWith("gateway.log"))).toHaveLength(2);
  expect(found.join("\n")).not.toContain("never said");
});

it("finds nothing in logs that tell no secret, and passes over the chain's own", () => {
  write("gateway.log", '{"requestHash":"0xab","url":"http://127.0.0.1:8080"}\n');
  write("chain.log", `Private Key: 0x${Buffer.from(DEVNET_ACCOUNTS.deployer.secret).toString("hex")}\n`);
  expect(secretsInLogs(dir, ["a prompt"])).toEqual([]);
});

it("does not take an empty folder for a clean one", () => {
  expect(secretsInLogs(dir, [])).toHaveLength(1);
});
