// How the chain's past is cut into ranges: staged, since no development chain refuses any. With a real one: past-logs.test.ts.
import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { refusing } from "../../../../test/support/scripted-rpc.ts";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import { readLogs, readPastLogs } from "./past-logs.ts";

const ADDRESS: Address = `0x${"ac".repeat(20)}`;
const TOPICS = [`0x${"01".repeat(32)}`, null] as const;

/** Reads the past of a chain with this head, of a server that gives so many blocks at once; each range is a log. */
async function read({
  startBlock = 0,
  head,
  most,
  error = refusing("range"),
  asked = [],
}: {
  startBlock?: number;
  head: number;
  most: number;
  error?: Error;
  asked?: [number, number][];
}) {
  const provider = {
    getBlockNumber: async () => head,
    getLogs: async ({
      address,
      topics,
      fromBlock,
      toBlock,
    }: {
      address: Address;
      topics: unknown;
      fromBlock: number;
      toBlock: number;
    }) => {
      expect([address, topics]).toEqual([ADDRESS, [...TOPICS]]);
      asked.push([fromBlock, toBlock]);
      if (toBlock - fromBlock + 1 > most) throw error;
      return [[fromBlock, toBlock]];
    },
  };
  const chain = { provider, startBlock } as unknown as Chain;
  const found = await readPastLogs(chain, { address: ADDRESS, topics: TOPICS });
  return { asked, found };
}

describe("the chain's past", () => {
  it("is read in one call where the server answers that, from the first block of the contracts to the head", async () => {
    expect((await read({ startBlock: 7, head: 99_999, most: 99_993 })).asked).toEqual([[7, 99_999]]);
    expect((await read({ startBlock: 8, head: 8, most: 1 })).asked).toEqual([[8, 8]]);
    expect(await read({ startBlock: 9, head: 8, most: 1 })).toEqual({ asked: [], found: [] });
  });

  it("is asked for of one contract or several, and by topics of which any will do", async () => {
    const asked: unknown[] = [];
    const getLogs = async (filter: unknown) => {
      asked.push(filter);
      return [];
    };
    const chain = { provider: { getLogs } } as unknown as Chain;
    const [topic, other] = [TOPICS[0], `0x${"02".repeat(32)}`] as const;
    const range = { fromBlock: 3, toBlock: 5 };
    for (const address of [ADDRESS, [ADDRESS, other]] as Address[][])
      await readLogs(chain, { address, topics: [topic, null, [topic, other]] }, range);
    const topics = [topic, null, [topic, other]];
    expect(asked).toEqual([ADDRESS, [ADDRESS, other]].map((address) => ({ address, topics, ...range })));
  });

  it("is read in quarters of what was refused, each block once and in order", async () => {
    const { asked, found } = await read({ head: 9_999, most: 3_000 });
    expect(asked).toEqual([
      [0, 9_999],
      [0, 2_499],
      [2_500, 4_999],
      [5_000, 7_499],
      [7_500, 9_999],
    ]);
    expect(found).toEqual(asked.slice(1));
  });

  it("is cut by what is searched, wherever that begins", async () => {
    const { asked } = await read({ startBlock: 90_000, head: 99_999, most: 2_500 });
    expect(asked.slice(0, 3)).toEqual([
      [90_000, 99_999],
      [90_000, 92_499],
      [92_500, 94_999],
    ]);
  });

  it("is not asked for in smaller ranges from a server that does not answer", async () => {
    const asked: [number, number][] = [];
    const error = new LloomError("CHAIN_UNREACHABLE", "No answer.");
    await expect(read({ head: 9_999, most: 1, error, asked })).rejects.toMatchObject({ code: "CHAIN_UNREACHABLE" });
    expect(asked).toEqual([[0, 9_999]]);
  });

  it("is not asked for in fewer than a thousand blocks at a time", async () => {
    const { asked } = await read({ head: 3_499, most: 1_000 });
    expect(asked.slice(0, 3)).toEqual([
      [0, 3_499],
      [0, 999],
      [1_000, 1_999],
    ]);
    expect(asked.at(-1)).toEqual([3_000, 3_499]);
    await expect(read({ head: 3_499, most: 999 })).rejects.toMatchObject({ code: "TRANSACTION_FAILED" });
  });

  it("is not read in smaller ranges from a server that is only busy", async () => {
    const busy = read({ head: 9_999, most: 1, error: refusing("busy") });
    await expect(busy).rejects.toMatchObject({
      code: "CHAIN_UNREACHABLE",
      message: expect.stringContaining("read past events"),
    });
  });

  it("is not searched in more than 500 calls", async () => {
    // Five to find the range that is answered, and 495 of a thousand blocks.
    expect((await read({ head: 494_999, most: 1_000 })).asked).toHaveLength(500);
    await expect(read({ head: 495_000, most: 1_000 })).rejects.toMatchObject({
      ...{
        code: "CHAIN_UNREACHABLE",
        message: expect.stringContaining("495000"),
        next: expect.stringMatching(/--start-block/),
      },
    });
  });
});
