// A call whose end was not seen, asked again: in the same process, and after a restart.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { Wallet } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  connect,
  deployLloom,
  startChain,
  type TestChain,
  type TestDeployment,
} from "../../../../test/support/chain.ts";
import { openGate, type RpcGate } from "../../../../test/support/rpc-gate.ts";
import { createLog } from "../../log.ts";
import type { Identity } from "../../wallet/identity.ts";
import { allocate, deposit, faucet, registerAndStake } from "../account/actions.ts";
import { type Chain, openChain } from "../chain.ts";
import { readChannel, readDeposit, readMember } from "../reads.ts";
import { fileJournal } from "./send-journal.ts";

const TOKEN = 1_000_000n;
const PAYEE: Address = `0x${"ee".repeat(20)}`;
const SOON = { timeout: 30_000, interval: 20 };
let ground: TestChain;
let deployment: TestDeployment;
let gate: RpcGate;
let journalDirectory: string;
let used = 0;

beforeAll(async () => {
  ground = await startChain();
  deployment = await deployLloom(ground.rpcUrl);
});
afterAll(() => ground[Symbol.asyncDispose]());
beforeEach(async () => {
  used++;
  journalDirectory = mkdtempSync(join(tmpdir(), "lloom-journal-"));
  gate = await openGate(ground.rpcUrl);
  await using chain = await open();
  await faucet(chain);
  await deposit(chain, 100n * TOKEN);
});
afterEach(async () => {
  await ground.request("evm_setAutomine", true);
  await ground.request("evm_mine");
  await gate[Symbol.asyncDispose]();
  rmSync(journalDirectory, { recursive: true });
});

const identity = (): Identity => ground.accounts[used] as Identity;
const open = (): Promise<Chain> =>
  openChain({
    rpcUrl: gate.rpcUrl,
    accounting: deployment.accounting,
    identity: identity(),
    signal: new AbortController().signal,
    log: createLog({ level: "silent", name: "test" }),
    journal: (scope) => fileJournal(journalDirectory, scope),
  });
const nonce = async (chain: Chain): Promise<number> => chain.provider.getTransactionCount(identity().address);

/** Sends, and ends before anything of it is mined. */
async function sendAndDie(act: (chain: Chain, signal: AbortSignal) => Promise<unknown>): Promise<void> {
  await ground.request("evm_setAutomine", false);
  await using chain = await open();
  const stop = new AbortController();
  let isSent = false;
  gate.observe = (method) => {
    isSent ||= method === "eth_sendRawTransaction";
  };
  const ended = act(chain, stop.signal).catch((thrown: unknown) => thrown);
  await expect.poll(() => isSent, SOON).toBe(true);
  await expect
    .poll(() => ground.request("eth_getBlockByNumber", "pending", false), SOON)
    .toMatchObject({
      transactions: [expect.anything()],
    });
  stop.abort();
  expect(await ended).toMatchObject({ code: "CANCELLED" });
  gate.observe = () => undefined;
}

test("goes on with a deposit that a process before sent, when it is still pending", async () => {
  await sendAndDie((chain, signal) => deposit(chain, 5n * TOKEN, { signal }));
  await using chain = await open();
  const before = await nonce(chain);
  const depositing = deposit(chain, 5n * TOKEN);
  await ground.request("evm_setAutomine", true);
  await ground.request("evm_mine");
  expect(await depositing).toMatchObject({ isResumed: true });
  expect(await readDeposit(chain, identity().address)).toBe(105n * TOKEN);
  expect(await nonce(chain)).toBe(before + 1);
  expect(readdirSync(journalDirectory)).toEqual([]);
});

test("sends nothing more for a deposit that was mined while no process looked, and then takes the next for a new one", async () => {
  await sendAndDie((chain, signal) => deposit(chain, 900n * TOKEN, { signal }));
  await ground.request("evm_mine");
  await ground.request("evm_setAutomine", true);
  await using chain = await open();
  const before = await nonce(chain);
  expect(await deposit(chain, 900n * TOKEN)).toMatchObject({ isResumed: true });
  expect(await nonce(chain)).toBe(before);
  expect(await readDeposit(chain, identity().address)).toBe(1000n * TOKEN);
  await expect(deposit(chain, 900n * TOKEN)).rejects.toMatchObject({ code: "INSUFFICIENT_FUNDS" });
});

test("goes on with an allocation and with a stake", async () => {
  await sendAndDie((chain, signal) => allocate(chain, PAYEE, 7n * TOKEN, { signal }));
  await ground.request("evm_mine");
  await ground.request("evm_setAutomine", true);
  await using chain = await open();
  expect(await allocate(chain, PAYEE, 7n * TOKEN)).toMatchObject({ isResumed: true });
  expect(await allocate(chain, PAYEE, 7n * TOKEN)).toMatchObject({ isResumed: false });
  expect((await readChannel(chain, identity().address, PAYEE)).balance).toBe(14n * TOKEN);

  const stake = { role: "executor", peerId: Buffer.alloc(37), metadataURI: "", amount: 200n * TOKEN } as const;
  const approval = {
    to: deployment.paymentToken,
    data: chain.contracts.token.interface.encodeFunctionData("approve", [deployment.stakeRegistry, stake.amount]),
  };
  const direct = connect(ground.rpcUrl);
  const wallet = new Wallet(`0x${Buffer.from(identity().secret).toString("hex")}`, direct);
  await (await wallet.sendTransaction(approval)).wait();
  direct.destroy();
  await sendAndDie((other, signal) => registerAndStake(other, stake, { signal }));
  await ground.request("evm_mine");
  await ground.request("evm_setAutomine", true);
  expect(await registerAndStake(chain, stake)).toMatchObject({ isResumed: true });
  expect(await readMember(chain, identity().address)).toMatchObject({ stake: 200n * TOKEN });
});

test("makes the call when the earlier one never came out, or lost its nonce to another program", async () => {
  await using chain = await open();
  gate.decide = (method) => (method === "eth_sendRawTransaction" ? "refuse" : "pass");
  await expect(allocate(chain, PAYEE, TOKEN, { deadlineMs: 100 })).rejects.toMatchObject({
    code: "TRANSACTION_FAILED",
  });
  const direct = connect(ground.rpcUrl);
  await (
    await new Wallet(`0x${Buffer.from(identity().secret).toString("hex")}`, direct).sendTransaction({
      to: PAYEE,
      value: 1n,
    })
  ).wait();
  direct.destroy();
  gate.decide = () => "pass";
  expect(await allocate(chain, PAYEE, TOKEN)).toMatchObject({ isResumed: false });
  expect((await readChannel(chain, identity().address, PAYEE)).balance).toBe(TOKEN);
});

test.each([
  ["a signal", "CANCELLED", {}],
  ["its deadline", "TRANSACTION_FAILED", { deadlineMs: 1 }],
])(
  "makes one deposit where the first answer was lost, a busy server refused all repeats, and %s ended the wait",
  async (_, code, wait) => {
    await ground.request("evm_setAutomine", false);
    const stop = new AbortController();
    let tries = 0;
    gate.observe = (method) => {
      if (method === "eth_sendRawTransaction") tries++;
      // Between two sendings: nobody waits for the answer to one.
      if (method === "eth_getTransactionReceipt" && code === "CANCELLED") stop.abort();
    };
    gate.decide = (method) => (method === "eth_sendRawTransaction" && tries === 1 ? "loseAnswer" : "pass");
    gate.answer = (method) =>
      method === "eth_sendRawTransaction" && tries > 1
        ? { code: -32005, message: "daily request count exceeded, request rate limited", status: 429 }
        : undefined;
    await using chain = await open();
    const before = await nonce(chain);
    await expect(deposit(chain, 5n * TOKEN, { signal: stop.signal, ...wait })).rejects.toMatchObject({ code });
    expect(tries).toBeGreaterThanOrEqual(4);
    gate.answer = () => undefined;
    const again = deposit(chain, 5n * TOKEN);
    await ground.request("evm_setAutomine", true);
    await ground.request("evm_mine");
    expect(await again).toMatchObject({ isResumed: true });
    expect(await nonce(chain)).toBe(before + 1);
    expect(await readDeposit(chain, identity().address)).toBe(105n * TOKEN);
    expect(readdirSync(journalDirectory)).toEqual([]);
  },
);

test("keeps a call for its own account and chain, over restarts, and passes over files that are none", () => {
  const call = { intent: "deposit 5", nonce: 3, fromBlock: 9, hashes: [`0x${"ab".repeat(32)}`], sentAtMs: 7 } as const;
  const scope = { chainId: 5n, account: PAYEE };
  fileJournal(journalDirectory, scope).write(call);
  writeFileSync(join(journalDirectory, `5-${PAYEE}-4.json`), "{ half");
  expect(fileJournal(journalDirectory, scope).find("deposit 5")).toEqual(call);
  expect(fileJournal(journalDirectory, scope).find("deposit 6")).toBeUndefined();
  expect(fileJournal(journalDirectory, { ...scope, chainId: 6n }).find("deposit 5")).toBeUndefined();
  fileJournal(journalDirectory, scope).remove(call);
  expect(fileJournal(journalDirectory, scope).find("deposit 5")).toBeUndefined();
  expect(() => fileJournal(join(journalDirectory, `5-${PAYEE}-4.json`), scope).find("x")).toThrow(
    expect.objectContaining({ code: "STORE_FAILED" }),
  );
});
