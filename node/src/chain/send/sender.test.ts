import type { Address, Hex } from "@lloom/protocol/commitment-types";
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
import { allocate, deposit, faucet, release, requestUnlock } from "../account/actions.ts";
import { type Chain, type ChainOptions, openChain } from "../chain.ts";
import { readChannel, readDeposit } from "../reads.ts";

const TOKEN = 1_000_000n;
const PAYEE: Address = `0x${"ee".repeat(20)}`;
const log = createLog({ level: "silent", name: "test" });
let ground: TestChain;
let deployment: TestDeployment;
let gate: RpcGate;
let chain: Chain;
let used = 0;

beforeAll(async () => {
  ground = await startChain();
  deployment = await deployLloom(ground.rpcUrl);
});
afterAll(() => ground[Symbol.asyncDispose]());

beforeEach(async () => {
  gate = await openGate(ground.rpcUrl);
  chain = await open(nextAccount());
  await faucet(chain);
  await deposit(chain, 100n * TOKEN);
});
afterEach(async () => {
  await ground.request("evm_setAutomine", true);
  await ground.request("evm_mine");
  await chain[Symbol.asyncDispose]();
  await gate[Symbol.asyncDispose]();
});

function nextAccount(): Identity {
  const identity = ground.accounts[++used];
  expect(identity).toBeDefined();
  return identity as Identity;
}
const open = (identity: Identity, options: Partial<ChainOptions> = {}): Promise<Chain> =>
  openChain({
    rpcUrl: gate.rpcUrl,
    accounting: deployment.accounting,
    identity,
    signal: new AbortController().signal,
    log,
    stuckAfterMs: 300,
    ...options,
  });
const own = (): Address => chain.sender?.account.address ?? PAYEE;
const allocated = async (): Promise<bigint> => (await readChannel(chain, own(), PAYEE)).balance;
const pendingHashes = async (): Promise<Hex[]> => {
  const block = (await ground.request("eth_getBlockByNumber", "pending", true)) as {
    transactions: { hash: Hex; from: string }[];
  };
  return block.transactions.filter(({ from }) => from === own()).map(({ hash }) => hash);
};

test("sends calls that are asked at once one after the other, each once", async () => {
  const amounts = [1n, 2n, 3n, 4n, 5n];
  const before = await chain.provider.getTransactionCount(own());
  const mined = await Promise.all(amounts.map((amount) => allocate(chain, PAYEE, amount * TOKEN)));
  expect(await allocated()).toBe(15n * TOKEN);
  expect(await chain.provider.getTransactionCount(own())).toBe(before + 5);
  expect(mined.map(({ blockNumber }) => blockNumber)).toEqual(
    mined.map((_, index) => (mined[0]?.blockNumber ?? 0) + index),
  );
});

test("goes on with the next call after one was refused", async () => {
  const refused = allocate(chain, PAYEE, 1000n * TOKEN);
  const fine = allocate(chain, PAYEE, TOKEN);
  await expect(refused).rejects.toMatchObject({ code: "TRANSACTION_FAILED" });
  await fine;
  expect(await allocated()).toBe(TOKEN);
});

test("raises the fee of a transaction that is stuck, under the same nonce, until one of them is mined", async () => {
  await ground.request("evm_setAutomine", false);
  const before = await chain.provider.getTransactionCount(own());
  const hashes: Hex[] = [];
  const sending = allocate(chain, PAYEE, TOKEN, { onSigned: (hash) => hashes.push(hash) });
  await expect.poll(() => hashes.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  await ground.request("evm_mine");
  const { transactionHash } = await sending;
  expect(hashes).toContain(transactionHash);
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(await chain.provider.getTransactionCount(own())).toBe(before + 1);
  expect(await allocated()).toBe(TOKEN);
});

test("finds its transaction in a block although the answer to sending it was lost", async () => {
  let lost = 0;
  gate.decide = (method) => (method === "eth_sendRawTransaction" && lost++ < 4 ? "loseAnswer" : "pass");
  await allocate(chain, PAYEE, TOKEN);
  expect(lost).toBeGreaterThanOrEqual(4);
  expect(await allocated()).toBe(TOKEN);
});

test("sends again what never arrived", async () => {
  let refused = 0;
  gate.decide = (method) => (method === "eth_sendRawTransaction" && refused++ < 4 ? "refuse" : "pass");
  await allocate(chain, PAYEE, TOKEN);
  expect(refused).toBe(5);
  expect(await allocated()).toBe(TOKEN);
});

test("waits out the loss of the RPC server while its transaction is pending", async () => {
  await ground.request("evm_setAutomine", false);
  const hashes: Hex[] = [];
  const sending = allocate(chain, PAYEE, TOKEN, { onSigned: (hash) => hashes.push(hash) });
  await expect.poll(pendingHashes, { timeout: 10_000 }).toHaveLength(1);
  gate.decide = () => "refuse";
  await ground.request("evm_mine");
  const missed = gate.methods.length + 5;
  await expect.poll(() => gate.methods.length, { timeout: 20_000 }).toBeGreaterThan(missed);
  gate.decide = () => "pass";
  expect(hashes).toContain((await sending).transactionHash);
  expect(await allocated()).toBe(TOKEN);
});

test("takes a new nonce when another program used its own", async () => {
  await ground.request("evm_setAutomine", false);
  gate.decide = (method) => (method === "eth_sendRawTransaction" ? "refuse" : "pass");
  const signed: Hex[] = [];
  const sending = allocate(chain, PAYEE, TOKEN, { onSigned: (hash) => signed.push(hash) });
  await expect.poll(() => signed.length, { timeout: 20_000 }).toBeGreaterThan(0);
  const secret = ground.accounts[used]?.secret ?? new Uint8Array();
  const direct = connect(ground.rpcUrl);
  await new Wallet(`0x${Buffer.from(secret).toString("hex")}`, direct).sendTransaction({ to: PAYEE, value: 1n });
  direct.destroy();
  await ground.request("evm_mine");
  gate.decide = () => "pass";
  await ground.request("evm_setAutomine", true);
  const { receipt } = await sending;
  expect(signed).toContain(receipt.hash);
  expect(await allocated()).toBe(TOKEN);
  expect(await readDeposit(chain, own())).toBe(99n * TOKEN);
});

test("queues behind what the account has pending, and never replaces it", async () => {
  await ground.request("evm_setAutomine", false);
  const secret = ground.accounts[used]?.secret ?? new Uint8Array();
  const direct = connect(ground.rpcUrl);
  const foreign = await new Wallet(`0x${Buffer.from(secret).toString("hex")}`, direct).sendTransaction({
    to: PAYEE,
    value: 1n,
  });
  const sending = allocate(chain, PAYEE, TOKEN);
  await expect.poll(async () => (await pendingHashes()).length, { timeout: 10_000 }).toBe(2);
  await ground.request("evm_mine");
  await sending;
  expect((await direct.getTransactionReceipt(foreign.hash))?.status).toBe(1);
  direct.destroy();
});

test("says that a transaction was not mined by the deadline, and may still be", async () => {
  await ground.request("evm_setAutomine", false);
  await expect(allocate(chain, PAYEE, TOKEN, { deadlineMs: 500 })).rejects.toMatchObject({
    code: "TRANSACTION_FAILED",
    message: "The transaction to allocate 1 tUSD was not mined in time; it may still be.",
    details: { transactionHashes: expect.any(Array) },
  });
});

test("stops waiting when the caller or the chain's owner ends it", async () => {
  await ground.request("evm_setAutomine", false);
  const controller = new AbortController();
  const sending = allocate(chain, PAYEE, TOKEN, { signal: controller.signal });
  await expect.poll(pendingHashes, { timeout: 10_000 }).toHaveLength(1);
  controller.abort();
  await expect(sending).rejects.toMatchObject({ code: "CANCELLED" });
  const queued = allocate(chain, PAYEE, TOKEN);
  const refused = expect(queued).rejects.toMatchObject({ code: "CANCELLED" });
  await chain[Symbol.asyncDispose]();
  await refused;
});

test("tells the contract's error of a transaction that was reverted in its block", async () => {
  const executor = ground.accounts[19] as Identity;
  await using payee = await open(executor, { rpcUrl: ground.rpcUrl });
  await allocate(chain, executor.address, 10n * TOKEN);
  // Rehearsed while the channel is full, mined when it is empty.
  gate.decide = (method) => (method === "eth_sendRawTransaction" ? "refuse" : "pass");
  const signed: Hex[] = [];
  const unlocking = requestUnlock(chain, executor.address, 10n * TOKEN, { onSigned: (hash) => signed.push(hash) });
  const refused = expect(unlocking).rejects.toMatchObject({
    code: "TRANSACTION_FAILED",
    message: expect.stringContaining("the channel has 0 tUSD for that, asked were 10 tUSD"),
    details: { error: "AccountingInsufficientChannel", transactionHash: expect.stringMatching(/^0x/) },
  });
  await expect.poll(() => signed.length, { timeout: 10_000 }).toBeGreaterThan(0);
  await release(payee, own(), 10n * TOKEN);
  gate.decide = () => "pass";
  await refused;
});
