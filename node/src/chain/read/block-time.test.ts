import { afterAll, beforeAll, expect, test } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../../../../test/support/chain.ts";
import { createLog } from "../../log.ts";
import { type Chain, openChain } from "../chain.ts";
import { BlockTime } from "./block-time.ts";

const { signal } = new AbortController();
const log = createLog({ level: "silent", name: "test" });
/** As much as a block's date may be away from its making, in the bounds; and some seconds of a busy machine. */
const VAGUE_MS = 40_000;
let ground: TestChain;
let deployment: TestDeployment;
let chain: Chain;

beforeAll(async () => {
  // No local chain by its id, so that its time counts.
  ground = await startChain({ chainId: 424_242 });
  deployment = await deployLloom(ground.rpcUrl);
  chain = await openChain({ rpcUrl: ground.rpcUrl, accounting: deployment.accounting, signal, log });
});
afterAll(async () => {
  await chain[Symbol.asyncDispose]();
  await ground[Symbol.asyncDispose]();
});

/** How far the newest block's date is ahead: a chain that makes many blocks in a second dates each a second later. */
async function leadMs(): Promise<number> {
  const { timestamp } = (await ground.request("eth_getBlockByNumber", "latest", false)) as { timestamp: string };
  return Number(timestamp) * 1000 - Date.now();
}

test.for([-700, -150, 90, 130, 150, 600])("places a clock that is %i s off by blocks as they come", async (skew) => {
  await ground.request("evm_mine");
  const offMs = skew * 1000 - (await leadMs());
  const time = new BlockTime(chain, () => Date.now() + skew * 1000);
  const first = await time.look(signal);
  expect(first?.leastMs).toBe(Number.NEGATIVE_INFINITY);
  expect(first?.mostMs).toBeGreaterThan(offMs - VAGUE_MS);
  await ground.request("evm_mine");
  const second = await time.look(signal);
  expect(second?.leastMs).toBeGreaterThan(offMs - VAGUE_MS);
  expect(second?.mostMs).toBeLessThan(offMs + VAGUE_MS);
  // Without a new block a clock may be right, and the chain stand still.
  expect((await time.look(signal))?.leastMs).toBe(Number.NEGATIVE_INFINITY);
});

test("takes no time from a local chain, whose time is moved at will", async () => {
  await using local = await startChain();
  const { accounting } = await deployLloom(local.rpcUrl);
  await using moved = await openChain({ rpcUrl: local.rpcUrl, accounting, signal, log });
  expect(await new BlockTime(moved, Date.now).look(signal)).toBeUndefined();
});
