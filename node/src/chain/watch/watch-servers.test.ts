// What the watch makes of servers that limit, lag, hang and contradict themselves; the chain behind them is real.
import type { Address } from "@lloom/protocol/commitment-types";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../../../../test/support/chain.ts";
import { openGate, type RpcError, type RpcGate } from "../../../../test/support/rpc-gate.ts";
import { UNSAID_RANGES, wordsOf } from "../../../../test/support/rpc-words.ts";
import { createLog } from "../../log.ts";
import type { Identity } from "../../wallet/identity.ts";
import { allocate, deposit, faucet } from "../account/actions.ts";
import { type Chain, openChain } from "../chain.ts";
import type { ChainEvent } from "./events.ts";
import { watchChain } from "./watch.ts";

const TOKEN = 1_000_000n;
const EXECUTOR: Address = `0x${"ee".repeat(20)}`;
const SOON = { timeout: 30_000, interval: 20 };
/** A server that is taken for busy is asked again with pauses, first. */
const LATER = { timeout: 60_000, interval: 20 };
const log = createLog({ level: "silent", name: "test" });
let ground: TestChain;
let deployment: TestDeployment;
let chain: Chain;
let gate: RpcGate;
let watching: AbortController;
let ended: Promise<void>;
let seen: ChainEvent[];
let removed: ChainEvent[];
let delivered: number;
let used = 0;

beforeAll(async () => {
  ground = await startChain();
  deployment = await deployLloom(ground.rpcUrl);
});
afterAll(() => ground[Symbol.asyncDispose]());
beforeEach(async () => {
  used++;
  gate = await openGate(ground.rpcUrl);
  chain = await open(ground.rpcUrl, ground.accounts[used] as Identity);
  await faucet(chain);
  await deposit(chain, 100n * TOKEN);
});
afterEach(async () => {
  watching.abort();
  await ended;
  await chain[Symbol.asyncDispose]();
  await gate[Symbol.asyncDispose]();
});

const open = (rpcUrl: string, identity?: Identity): Promise<Chain> =>
  openChain({
    ...{ rpcUrl, log, accounting: deployment.accounting, signal: new AbortController().signal },
    ...(identity === undefined ? {} : { identity }),
  });

async function watch(fromBlock: number): Promise<void> {
  [seen, removed, delivered, watching] = [[], [], 0, new AbortController()];
  const watched = await open(gate.rpcUrl);
  ended = watchChain(watched, {
    ...{ fromBlock, pollMs: 20, signal: watching.signal },
    onEvent: (event) => void seen.push(event),
    onRemoved: (event) => void removed.push(event),
    onProgress: (block) => {
      delivered = block;
    },
  }).finally(() => watched[Symbol.asyncDispose]());
}
const head = (): Promise<number> => chain.provider.getBlockNumber();
const span = ([filter]: readonly unknown[]): number => {
  const { fromBlock, toBlock } = filter as { fromBlock: string; toBlock: string };
  return Number(toBlock) - Number(fromBlock) + 1;
};
/** Answers reads of more than so many blocks with an error. */
const limit = (blocks: number, error: RpcError) => (method: string, params: readonly unknown[]) =>
  method === "eth_getLogs" && span(params) > blocks ? error : undefined;

test("reads on in smaller ranges, in whatever status and words a server refuses a long one", async () => {
  await ground.request("hardhat_mine", "0x1388");
  const { blockNumber } = await allocate(chain, EXECUTOR, TOKEN);
  const [unknown] = wordsOf("unknown").slice(-1);
  const refusals: RpcError[] = [
    ...wordsOf("range").map(({ code, message }, index) => ({
      code,
      message,
      status: [200, 400, 413][index % 3] ?? 200,
    })),
    { code: unknown?.code ?? 0, message: unknown?.message ?? "" },
    { code: 0, message: "", status: 413, body: "<html>Request Entity Too Large</html>" },
  ];
  for (const refusal of refusals) {
    gate.answer = limit(1000, refusal);
    await watch(blockNumber - 4000);
    await expect.poll(() => delivered, { ...SOON, message: refusal.message }).toBeGreaterThanOrEqual(blockNumber);
    expect(seen).toHaveLength(1);
    watching.abort();
    await ended;
  }
});

test("reads on in smaller ranges where a server refuses a long one in words and statuses of other things", async () => {
  await ground.request("hardhat_mine", "0x1388");
  const { blockNumber } = await allocate(chain, EXECUTOR, TOKEN);
  for (const refusal of UNSAID_RANGES) {
    gate.answer = limit(1000, refusal);
    await watch(blockNumber - 4000);
    await expect
      .poll(() => delivered, { ...LATER, message: JSON.stringify(refusal) })
      .toBeGreaterThanOrEqual(blockNumber);
    expect(seen).toHaveLength(1);
    watching.abort();
    await ended;
  }
}, 240_000);

test("keeps up with the head at a server that gives five blocks at once", async () => {
  await ground.request("hardhat_mine", "0x80");
  const from = (await head()) - 100;
  gate.answer = limit(5, { code: -32005, message: "query returned more than 10000 results", status: 413 });
  await watch(from);
  await expect.poll(() => delivered, SOON).toBeGreaterThanOrEqual(from + 100);
  await allocate(chain, EXECUTOR, TOKEN);
  await expect.poll(() => seen.map(({ type }) => type), SOON).toContain("Allocated");
});

test("keeps its range while a server is busy or behind, halves it only when it stays so, and goes on at once afterwards", async () => {
  await ground.request("hardhat_mine", "0x400");
  const { blockNumber } = await allocate(chain, EXECUTOR, TOKEN);
  for (const { code, message } of [
    ...wordsOf("lag").slice(0, 3),
    ...wordsOf("busy").slice(-2),
    ...wordsOf("indexing"),
  ]) {
    const spans: number[] = [];
    let left = 6;
    // The watch before may have asked for the newest twelve once more when it was stopped.
    const isOwn = (method: string, params: readonly unknown[]) => method === "eth_getLogs" && span(params) > 12;
    gate.observe = (method, params) => {
      if (isOwn(method, params)) spans.push(span(params));
    };
    gate.answer = (...call) => (isOwn(...call) && left-- > 0 ? { code, message, status: 429 } : undefined);
    await watch(blockNumber - 900);
    await expect.poll(() => seen, { ...SOON, message }).toHaveLength(1);
    expect(spans.slice(0, 2), message).toEqual([spans[0], spans[0]]);
    expect(spans[0], message).toBeGreaterThan(900);
    expect(spans.length, `${message}: ${spans}`).toBeLessThan(20);
    watching.abort();
    await ended;
  }
}, 120_000);

test("takes nothing back for a server that leaves an event out, or does not know its block", async () => {
  const { blockNumber } = await allocate(chain, EXECUTOR, TOKEN);
  await watch(blockNumber);
  await expect.poll(() => seen, SOON).toHaveLength(1);
  for (const forgetful of [["eth_getLogs"], ["eth_getLogs", "eth_getBlockByNumber"]]) {
    gate.methods.length = 0;
    gate.distort = (method, result) => {
      if (!forgetful.includes(method)) return result;
      return method === "eth_getLogs" ? [] : null;
    };
    // Without a new block nothing is read again.
    await ground.request("evm_mine");
    await expect
      .poll(() => gate.methods.filter((name) => name === "eth_getBlockByNumber").length, SOON)
      .toBeGreaterThan(5);
    expect(removed).toEqual([]);
  }
  gate.distort = (_, result) => result;
  await allocate(chain, EXECUTOR, TOKEN);
  await expect.poll(() => seen, SOON).toHaveLength(2);
});

test("ends at once when it is stopped while the server hangs", async () => {
  for (const method of ["eth_blockNumber", "eth_getLogs"]) {
    let isHanging = false;
    gate.decide = (asked) => {
      if (asked !== method) return "pass";
      isHanging = true;
      return "hang";
    };
    await watch(await head());
    await expect.poll(() => isHanging, SOON).toBe(true);
    const before = performance.now();
    watching.abort();
    await ended;
    // A request of its own would be waited for 15 seconds.
    expect(performance.now() - before).toBeLessThan(5000);
  }
});
