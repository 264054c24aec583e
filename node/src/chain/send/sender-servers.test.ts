// What the sender makes of servers that lag, limit, forget and speak in their own words; the chain behind them is real.
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { Transaction, Wallet } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  connect,
  deployLloom,
  startChain,
  type TestChain,
  type TestDeployment,
} from "../../../../test/support/chain.ts";
import { openGate, type Passage, type RpcGate } from "../../../../test/support/rpc-gate.ts";
import { wordsOf } from "../../../../test/support/rpc-words.ts";
import { createLog } from "../../log.ts";
import type { Identity } from "../../wallet/identity.ts";
import { allocate, deposit, faucet } from "../account/actions.ts";
import { type Chain, openChain } from "../chain.ts";
import { readChannel, readDeposit } from "../reads.ts";

const TOKEN = 1_000_000n;
const PAYEE: Address = `0x${"ee".repeat(20)}`;
const SOON = { timeout: 30_000, interval: 20 };
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
  used = (used % 18) + 1;
  gate = await openGate(ground.rpcUrl);
  chain = await open(60_000);
  await faucet(chain);
  await deposit(chain, 100n * TOKEN);
  gate.methods.length = 0;
});
afterEach(async () => {
  await ground.request("evm_setAutomine", true);
  await ground.request("evm_mine");
  await chain[Symbol.asyncDispose]();
  await gate[Symbol.asyncDispose]();
});

const identity = (): Identity => ground.accounts[used] as Identity;
const open = (stuckAfterMs: number): Promise<Chain> =>
  openChain({
    rpcUrl: gate.rpcUrl,
    accounting: deployment.accounting,
    identity: identity(),
    signal: new AbortController().signal,
    log: createLog({ level: "silent", name: "test" }),
    stuckAfterMs,
    pollMs: 2,
    pauses: { firstMs: 1, longestMs: 4 },
  });
const wallet = (): Wallet => new Wallet(`0x${Buffer.from(identity().secret).toString("hex")}`);
const allocated = async (): Promise<bigint> => (await readChannel(chain, identity().address, PAYEE)).balance;
const times = (method: string): number => gate.methods.filter((name) => name === method).length;
/** Hashes of all transactions that were sent to the server. */
const watchSent = (): Set<Hex> => {
  const sent = new Set<Hex>();
  gate.observe = (method, [raw]) => {
    if (method === "eth_sendRawTransaction") sent.add(Transaction.from(String(raw)).hash as Hex);
  };
  return sent;
};

test("makes a call once although its receipt comes long after the nonce has moved on", async () => {
  const sent = watchSent();
  let isLate = true;
  gate.distort = (method, result) => (method === "eth_getTransactionReceipt" && isLate ? null : result);
  const depositing = deposit(chain, TOKEN);
  await expect.poll(() => times("eth_getTransactionReceipt"), SOON).toBeGreaterThan(40);
  isLate = false;
  const { transactionHash } = await depositing;
  expect([...sent]).toEqual([transactionHash]);
  expect(await readDeposit(chain, identity().address)).toBe(101n * TOKEN);
});

test("makes a call once although neither its receipt nor its block can be read", async () => {
  const sent = watchSent();
  let isBlind = true;
  const blind = ["eth_getTransactionReceipt", "eth_getBlockByNumber", "eth_getTransactionByHash"];
  await allocate(chain, PAYEE, TOKEN);
  sent.clear();
  gate.distort = (method, result) => (blind.includes(method) && sent.size > 0 && isBlind ? null : result);
  const allocating = allocate(chain, PAYEE, 2n * TOKEN);
  await expect.poll(() => times("eth_getTransactionReceipt"), SOON).toBeGreaterThan(40);
  isBlind = false;
  await allocating;
  expect(sent.size).toBe(1);
  expect(await allocated()).toBe(3n * TOKEN);
});

test("takes a repeated transaction that is known, or has used its nonce, for sent, in every make's words", async () => {
  const words = [...wordsOf("known"), ...wordsOf("nonceUsed")];
  for (const { code, message } of words) {
    const sent = watchSent();
    let isLost = true;
    gate.decide = (method) => (method === "eth_sendRawTransaction" && isLost ? "loseAnswer" : "pass");
    gate.answer = (method) => {
      if (method !== "eth_sendRawTransaction" || sent.size === 0 || times(method) < 2) return undefined;
      isLost = false;
      return { code, message };
    };
    gate.methods.length = 0;
    const { transactionHash } = await allocate(chain, PAYEE, TOKEN);
    expect([...sent], message).toEqual([transactionHash]);
  }
  expect(await allocated()).toBe(BigInt(words.length) * TOKEN);
});

test("takes another nonce when somebody else's transaction has used its own, in every make's words", async () => {
  const direct = connect(ground.rpcUrl);
  for (const { code, message } of wordsOf("nonceUsed")) {
    const sent = watchSent();
    gate.decide = async (method): Promise<Passage> => {
      if (method !== "eth_sendRawTransaction" || sent.size > 1) return "pass";
      await wallet().connect(direct).sendTransaction({ to: PAYEE, value: 1n });
      return "pass";
    };
    gate.answer = (method) => (method === "eth_sendRawTransaction" && sent.size < 2 ? { code, message } : undefined);
    const { transactionHash } = await allocate(chain, PAYEE, TOKEN);
    expect([...sent].slice(1), message).toEqual([transactionHash]);
  }
  expect(await allocated()).toBe(BigInt(wordsOf("nonceUsed").length) * TOKEN);
  direct.destroy();
});

test("raises a fee that is too low, in every make's words", async () => {
  const words = [...wordsOf("cheap"), ...wordsOf("taken")];
  for (const { code, message } of words) {
    const sent = watchSent();
    gate.answer = (method) => (method === "eth_sendRawTransaction" && sent.size < 3 ? { code, message } : undefined);
    const { transactionHash } = await allocate(chain, PAYEE, TOKEN);
    expect(sent.size, message).toBe(3);
    expect([...sent].at(-1)).toBe(transactionHash);
  }
  expect(await allocated()).toBe(BigInt(words.length) * TOKEN);
});

test("waits out a server that is busy, behind or without words for it, when sending and when looking", async () => {
  const kinds = ["busy", "lag", "nonceAhead", "indexing", "unknown"] as const;
  for (const { code, message } of kinds.flatMap(wordsOf)) {
    for (const staged of ["eth_sendRawTransaction", "eth_getTransactionReceipt", "eth_getTransactionCount"]) {
      const sent = watchSent();
      let left = 5;
      gate.answer = (method) =>
        method === staged && (sent.size > 0 || method === "eth_sendRawTransaction") && left-- > 0
          ? { code, message, status: left % 2 === 0 ? 200 : 429 }
          : undefined;
      const { transactionHash } = await allocate(chain, PAYEE, 1n);
      expect([...sent], `${staged}: ${message}`).toEqual([transactionHash]);
    }
  }
}, 240_000);

test("ends at once when a server's refusal is final and nothing was sent, with the hash", async () => {
  for (const kind of ["funds", "invalid"] as const) {
    for (const { code, message } of wordsOf(kind)) {
      gate.answer = (method) => (method === "eth_sendRawTransaction" ? { code, message } : undefined);
      await expect(allocate(chain, PAYEE, TOKEN), message).rejects.toMatchObject({
        code: kind === "funds" ? "INSUFFICIENT_FUNDS" : "TRANSACTION_FAILED",
        details: { transactionHashes: [expect.stringMatching(/^0x[0-9a-f]{64}$/)] },
      });
    }
  }
  gate.answer = () => undefined;
  await allocate(chain, PAYEE, TOKEN);
  expect(await allocated()).toBe(TOKEN);
});

test("waits on when a raised fee is refused for good, since the first transaction is out", async () => {
  await ground.request("evm_setAutomine", false);
  await chain[Symbol.asyncDispose]();
  chain = await open(100);
  const sent = watchSent();
  const [funds] = wordsOf("funds");
  gate.answer = (method) => (method === "eth_sendRawTransaction" && sent.size > 1 ? funds : undefined);
  const allocating = allocate(chain, PAYEE, TOKEN);
  await expect.poll(() => sent.size, SOON).toBeGreaterThan(2);
  await ground.request("evm_mine");
  expect([...sent][0]).toBe((await allocating).transactionHash);
});

test("sends behind what the account has pending, and replaces nothing, where a server refuses to count it", async () => {
  await ground.request("evm_setAutomine", false);
  const direct = connect(ground.rpcUrl);
  const foreign = await wallet().connect(direct).sendTransaction({ to: PAYEE, value: 1n });
  const sent = watchSent();
  gate.answer = (method, [, block]) =>
    method === "eth_getTransactionCount" && block === "pending"
      ? { code: -32602, message: "pending is not supported" }
      : undefined;
  const allocating = allocate(chain, PAYEE, TOKEN);
  await expect.poll(() => times("eth_sendRawTransaction"), SOON).toBeGreaterThan(0);
  await expect.poll(() => times("eth_getTransactionReceipt"), SOON).toBeGreaterThan(3);
  expect(sent.size).toBe(1);
  await ground.request("evm_mine");
  await ground.request("evm_setAutomine", true);
  await allocating;
  expect((await direct.getTransactionReceipt(foreign.hash))?.status).toBe(1);
  expect(await allocated()).toBe(TOKEN);
  direct.destroy();
});

test("names every hash when it gives up, by deadline and by signal", async () => {
  await ground.request("evm_setAutomine", false);
  const sent = watchSent();
  const late = await allocate(chain, PAYEE, TOKEN, { deadlineMs: 300 }).catch((thrown: unknown) => thrown);
  expect(late).toMatchObject({ code: "TRANSACTION_FAILED", details: { transactionHashes: [...sent] } });
  const stop = new AbortController();
  const stopped = allocate(chain, PAYEE, 2n * TOKEN, { signal: stop.signal }).catch((thrown: unknown) => thrown);
  await expect.poll(() => sent.size, SOON).toBe(2);
  stop.abort();
  expect(await stopped).toMatchObject({ code: "CANCELLED", details: { transactionHashes: [[...sent][1]] } });
});

test("stops at once while the server hangs", async () => {
  for (const method of ["eth_call", "eth_getTransactionCount", "eth_sendRawTransaction", "eth_getTransactionReceipt"]) {
    const stop = new AbortController();
    let isHanging = false;
    gate.decide = (asked) => {
      if (asked !== method) return "pass";
      isHanging = true;
      return "hang";
    };
    const stopped = allocate(chain, PAYEE, TOKEN, { signal: stop.signal }).catch((thrown: unknown) => thrown);
    await expect.poll(() => isHanging, SOON).toBe(true);
    const before = performance.now();
    stop.abort();
    expect(await stopped, method).toMatchObject({ code: "CANCELLED" });
    // A request of its own would be waited for 15 seconds.
    expect(performance.now() - before).toBeLessThan(5000);
    gate.decide = () => "pass";
  }
});
