import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { afterAll, beforeAll, expect, it } from "vitest";

import { openDatabase } from "../../node/src/store/database/database.ts";
import { openExecutorLog } from "../../node/src/store/executor/executor-log.ts";
import { createExchange, TEST_CIPHER, TEST_DOMAIN } from "../support/exchange.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";

const dir = mkdtempSync(join(tmpdir(), "lloom-receipts-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const SALT: Hex = `0x${"5a".repeat(32)}`;
const exchange = createExchange();
const hashes: Hex[] = [];

/** An executor's log with two answers, and no keystore beside it: receipts are no secret. */
beforeAll(() => {
  const { chainId, accounting } = TEST_DOMAIN;
  const scope = `${chainId}/${accounting}/${exchange.executor.address}`;
  using file = openDatabase(join(dir, "executor.sqlite"), { scope, cipher: TEST_CIPHER });
  const log = openExecutorLog(file);
  for (const lane of [7n, 8n]) {
    const state = log.laneState(exchange.client.address, lane);
    const asked = exchange.ask(state, { lane });
    const { requestHash } = asked;
    const answered = exchange.answer(state, asked);
    log.accept({ ...asked, acceptedAtMs: Number(lane) });
    log.saveAnswer({
      ...{ requestHash, ...answered, contentSalt: SALT, delivered: Buffer.from("text"), answeredAtMs: Number(lane) },
    });
    log.saveSignature(requestHash, answered.executorSignature);
    hashes.unshift(requestHash);
  }
});

const lloom = (args: readonly string[], input = "") =>
  spawnSync(process.execPath, [LLOOM_PROGRAM, ...args], {
    ...{ input, encoding: "utf8", cwd: dir },
    env: { ...process.env, LLOOM_DATA_DIR: dir },
  });

it("receipts of a log are listed, exported and verified from standard input, newest first and without a password", () => {
  const listed = lloom(["receipts", "list", "--json", "--limit", "1"]).stdout.trim().split("\n");
  expect(listed.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ event: "receipt", side: "sold", requestHash: hashes[0], peer: exchange.client.address }),
  ]);
  const exported = lloom(["receipts", "export"]).stdout;
  const verified = lloom(["receipts", "verify", "-"], exported);
  expect(verified.stdout).toBe(`right  ${hashes[0]}\nright  ${hashes[1]}\n2 receipts: all right.\n`);
  expect(verified.status).toBe(0);
  const one = lloom(["receipts", "export", String(hashes[1])]).stdout;
  expect(exported.split("\n")[1]).toBe(one.trim());
});

it("a place without receipts is named, and what is no data directory is refused", () => {
  const empty = join(dir, "empty");
  mkdirSync(empty);
  expect(lloom(["receipts", "list", "--data-dir", empty])).toMatchObject({
    ...{ status: 0, stdout: `There are no receipts in ${empty}.\n` },
  });
  for (const place of [join(dir, "executor.sqlite"), join(dir, "misspelt")])
    for (const action of ["list", "export"]) {
      const { status, stdout, stderr } = lloom(["receipts", action, "--data-dir", place]);
      expect([status, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(`CONFIG_INVALID: There is no data directory at ${place}.`);
    }
});

it("one that is not right is named among the others, and makes the command fail", () => {
  const [first = "", second = ""] = lloom(["receipts", "export"]).stdout.split("\n");
  const tampered = second.replace(/("outboundTokens":")(\d)/, (_, before: string) => `${before}9`);
  expect(tampered).not.toBe(second);
  const { status, stdout, stderr } = lloom(["receipts", "verify"], `${first}\n${tampered}\n`);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^right {2}0x\w+\nWRONG {2}receipt 2: /);
  expect(stderr).toMatch(/^RECEIPT_INVALID: Of 2 receipts, 1 is not right\./);
});

it("config show says where each value comes from, and hides what may hold a key", () => {
  const args = [
    "config",
    "show",
    "--origin",
    "--said",
    "--port",
    "0",
    "--indexer",
    "https://user:word@index.example/key",
  ];
  const { stdout, status } = lloom(args);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^gateway\.port +0\n +from --port$/m);
  expect(stdout).toMatch(/^network\.indexer +https:\/\/index\.example \(the rest is hidden\)\n +from --indexer$/m);
  expect(stdout).not.toMatch(/word|key$/m);
  expect(stdout).not.toContain("(default)");
});

it("completion knows the commands that there are", () => {
  const { stdout, status } = lloom(["completion", "bash"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/receipts\) words='list export verify --rpc/);
  expect(stdout).toMatch(/doctor\) words='.*--paid/);
});
