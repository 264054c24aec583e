import { expect, test } from "vitest";
import { refusing } from "../../../../test/support/scripted-rpc.ts";
import type { Chain } from "../chain.ts";
import { blockAt } from "./block-at.ts";

/** A chain whose blocks have these times, from `startBlock` on; a server keeps those from `kept` on. */
function chainOf(times: readonly number[], { startBlock = 0, kept = 0 } = {}) {
  const asked: number[] = [];
  const provider = {
    getBlockNumber: async () => startBlock + times.length - 1,
    getBlock: async (block: number) => {
      asked.push(block);
      const timestamp = times[block - startBlock];
      if (timestamp === undefined) throw new TypeError(`block ${block} was asked for`);
      return block < kept ? null : { timestamp };
    },
  };
  return { chain: { provider, startBlock } as unknown as Chain, asked };
}

test("is the first block that is not older, or the one after the head", async () => {
  const times = [10, 20, 20, 20, 35, 36, 50];
  for (const startBlock of [0, 5])
    for (let seconds = 0; seconds <= 60; seconds++) {
      const { chain } = chainOf(times, { startBlock });
      const first = times.findIndex((time) => time >= seconds);
      expect(await blockAt(chain, BigInt(seconds))).toBe(startBlock + (first < 0 ? times.length : first));
    }
  expect(await blockAt(chainOf([]).chain, 1n)).toBe(0);
});

test("is among the blocks that the server still has", async () => {
  const { chain } = chainOf([10, 20, 30, 40, 50], { kept: 3 });
  expect(await blockAt(chain, 15n)).toBe(3);
});

test("is found in a few reads of a long chain", async () => {
  const { chain, asked } = chainOf(Array.from({ length: 100_000 }, (_, block) => 12 * block));
  expect(await blockAt(chain, 600_001n)).toBe(50_001);
  expect(asked.length).toBeLessThan(20);
});

test("is told by no server that refuses", async () => {
  const { chain } = chainOf([10]);
  const provider = { ...chain.provider, getBlock: () => Promise.reject(refusing("busy")) };
  await expect(blockAt({ ...chain, provider } as unknown as Chain, 1n)).rejects.toMatchObject({
    code: "CHAIN_UNREACHABLE",
  });
});
