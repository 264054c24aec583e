import type { Address } from "@lloom/protocol/commitment-types";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../../../../test/support/chain.ts";
import { openGate, type RpcGate } from "../../../../test/support/rpc-gate.ts";
import { createLog } from "../../log.ts";
import type { Identity } from "../../wallet/identity.ts";
import { allocate, deposit, faucet, requestUnlock } from "../account/actions.ts";
import { type Chain, openChain } from "../chain.ts";
import type { ChainEvent } from "./events.ts";
import { type WatchOptions, watchChain } from "./watch.ts";

const TOKEN = 1_000_000n;
const EXECUTOR: Address = `0x${"ee".repeat(20)}`;
const OTHER: Address = `0x${"dd".repeat(20)}`;
const SOON = { timeout: 20_000, interval: 20 };
const log = createLog({ level: "silent", name: "test" });
let ground: TestChain;
let deployment: TestDeployment;
let chain: Chain;
let gate: RpcGate;
let watching: AbortController;
let ended: Promise<void>;
let seen: ChainEvent[];
let removed: ChainEvent[];
let progress: number[];
let used = 0;

beforeAll(async () => {
  ground = await startChain();
  deployment = await deployLloom(ground.rpcUrl);
});
afterAll(() => ground[Symbol.asyncDispose]());
beforeEach(async () => {
  used++;
  gate = await openGate(ground.rpcUrl);
  chain = await openOwn(ground.rpcUrl);
  await faucet(chain);
  await deposit(chain, 100n * TOKEN);
});
afterEach(async () => {
  watching.abort();
  await ended;
  await chain[Symbol.asyncDispose]();
  await gate[Symbol.asyncDispose]();
});

/** The test's own account; through the gate unless another way is named. */
const openOwn = (rpcUrl = gate.rpcUrl): Promise<Chain> => {
  const identity = ground.accounts[used] as Identity;
  const { signal } = new AbortController();
  return openChain({ rpcUrl, accounting: deployment.accounting, identity, signal, log });
};

/** Watches through the gate, from the next block. */
async function watch(options: Partial<WatchOptions> = {}): Promise<void> {
  [seen, removed, progress, watching] = [[], [], [], new AbortController()];
  const { signal } = watching;
  const watched = await openChain({ rpcUrl: gate.rpcUrl, accounting: deployment.accounting, signal, log });
  const fromBlock = (await chain.provider.getBlockNumber()) + 1;
  ended = watchChain(watched, {
    fromBlock,
    pollMs: 20,
    signal,
    onEvent: (event) => void seen.push(event),
    onRemoved: (event) => void removed.push(event),
    onProgress: (block) => void progress.push(block),
    ...options,
  }).finally(() => watched[Symbol.asyncDispose]());
}
const types = (events: readonly ChainEvent[]): string[] => events.map(({ type }) => type);
/** One more block, whose logs are read twice: what has not come by then does not come. */
const settled = async (): Promise<void> => {
  await ground.request("evm_mine");
  const head = await chain.provider.getBlockNumber();
  await expect.poll(() => progress.filter((block) => block === head).length, SOON).toBe(2);
};

test("delivers events decoded, once, in the order of the chain", async () => {
  await watch();
  const { blockNumber, transactionHash, receipt } = await allocate(chain, EXECUTOR, 2n * TOKEN);
  await requestUnlock(chain, EXECUTOR, TOKEN);
  await expect.poll(() => types(seen), SOON).toEqual(["Allocated", "UnlockRequested"]);
  expect(seen[0]).toEqual({
    type: "Allocated",
    client: chain.sender?.account.address,
    executor: EXECUTOR,
    amount: 2n * TOKEN,
    channelBalance: 2n * TOKEN,
    balance: 98n * TOKEN,
    blockNumber,
    blockHash: receipt.blockHash,
    transactionHash,
    logIndex: 0,
  });
  await settled();
  expect(seen).toHaveLength(2);
  expect(removed).toEqual([]);
});

test("delivers what happened before it began, from the block it is told", async () => {
  const { blockNumber } = await allocate(chain, EXECUTOR, TOKEN);
  await watch({ fromBlock: blockNumber });
  await expect.poll(() => types(seen), SOON).toEqual(["Allocated"]);
});

test("delivers only events of the executor when asked so", async () => {
  await watch({ executor: EXECUTOR });
  await allocate(chain, OTHER, TOKEN);
  await deposit(chain, TOKEN);
  await allocate(chain, EXECUTOR, TOKEN);
  await expect.poll(() => seen, SOON).toHaveLength(1);
  await settled();
  expect(seen).toEqual([expect.objectContaining({ type: "Allocated", executor: EXECUTOR })]);
});

test("goes on after the RPC server was away", async () => {
  await watch();
  await expect
    .poll(() => gate.methods.filter((method) => method === "eth_blockNumber").length, SOON)
    .toBeGreaterThan(2);
  gate.decide = () => "refuse";
  await allocate(chain, EXECUTOR, TOKEN);
  const tries = gate.methods.length + 5;
  await expect.poll(() => gate.methods.length, SOON).toBeGreaterThan(tries);
  expect(seen).toEqual([]);
  gate.decide = () => "pass";
  await expect.poll(() => types(seen), SOON).toEqual(["Allocated"]);
});

test("takes back what a reorganisation drops, and delivers what it brings", async () => {
  await watch();
  const snapshot = await ground.request("evm_snapshot");
  await allocate(chain, EXECUTOR, TOKEN);
  await expect.poll(() => seen, SOON).toHaveLength(1);
  await ground.request("evm_revert", snapshot);
  await allocate(chain, EXECUTOR, 3n * TOKEN);
  await ground.request("evm_mine");
  await expect.poll(() => [types(seen), types(removed)], SOON).toEqual([["Allocated", "Allocated"], ["Allocated"]]);
  expect(removed[0]).toEqual(seen[0]);
  expect(seen[1]).toMatchObject({ amount: 3n * TOKEN });
});

test("does not deliver again what a reorganisation only moved to another block", async () => {
  await watch();
  let raw: unknown;
  gate.observe = (method, params) => {
    if (method === "eth_sendRawTransaction") [raw] = params;
  };
  await using sending = await openOwn();
  const snapshot = await ground.request("evm_snapshot");
  const { blockNumber } = await allocate(sending, EXECUTOR, TOKEN);
  await expect.poll(() => seen, SOON).toHaveLength(1);
  await ground.request("evm_revert", snapshot);
  await ground.request("evm_mine");
  await ground.request("eth_sendRawTransaction", raw);
  expect(await chain.provider.getBlockNumber()).toBe(blockNumber + 1);
  await settled();
  await settled();
  expect([seen.length, removed.length]).toEqual([1, 0]);
});

test("delivers an event again when its handler failed", async () => {
  let failures = 2;
  await watch({
    onEvent: (event) => {
      if (failures-- > 0) throw new Error("handler failed");
      seen.push(event);
    },
  });
  await allocate(chain, EXECUTOR, TOKEN);
  await expect.poll(() => types(seen), SOON).toEqual(["Allocated"]);
  expect(failures).toBe(-1);
});

test("reads in smaller steps when the server refuses a long range", async () => {
  const first = await allocate(chain, EXECUTOR, TOKEN);
  await ground.request("hardhat_mine", "0x40");
  await allocate(chain, EXECUTOR, TOKEN);
  gate.answer = (method, params) => {
    const [{ fromBlock, toBlock } = {}] = params as { fromBlock?: string; toBlock?: string }[];
    const isLong = method === "eth_getLogs" && Number(toBlock) - Number(fromBlock) >= 10;
    return isLong ? { code: -32005, message: "query exceeds max block range 10" } : undefined;
  };
  await watch({ fromBlock: first.blockNumber });
  await expect.poll(() => types(seen), SOON).toEqual(["Allocated", "Allocated"]);
});
