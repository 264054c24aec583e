import type { Hex } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import {
  type Conduct,
  MODEL,
  QUESTION,
  type StagedExecutor,
  StagedMarket,
} from "../../../../test/support/staged-market.ts";

const hash = (digits: string): Hex => `0x${digits.padEnd(64, "0")}`;
const [LARGE, SMALL] = [hash("aaaaaaaa1"), hash("bbbbbbbb1")];
const honest = (): Conduct => ({ type: "honest" });
const failing = (): Conduct => ({ type: "refuses", code: "BACKEND_FAILED" });

/** Two sellers of the large weights, and a cheap one of small ones under the same name. */
function stage(conduct: () => Conduct = honest) {
  const market = new StagedMarket({ random: () => 0 });
  const join = (price: bigint, stake: number, weightsHash: Hex, how = honest) =>
    market.join({ price, stake, conduct: how, weightsHash });
  const large = [join(900n, 100, LARGE, conduct), join(1_000n, 100, LARGE, conduct)];
  const small = join(1n, 150, SMALL);
  return { market, join, large, small };
}
const requests = (executors: readonly StagedExecutor[]): number =>
  executors.reduce((sum, one) => sum + one.requests, 0);

describe("a model's name", () => {
  it("stands for the weights with most stake, however cheap others are, and goes on to", async () => {
    const { market, join, large, small } = stage();
    using _ = market;
    expect((await market.ask()).asked).toEqual([large[0]?.address]);
    join(1n, 10_000, SMALL);
    await market.ask();
    expect([requests(large), small.requests]).toEqual([2, 0]);
    for (const { address } of large) market.book.withdraw(address, market.nowMs + 1);
    await market.ask();
    expect(requests([small])).toBe(1);
  });

  it("fails rather than answer with other weights, in one question", async () => {
    const { market, large, small } = stage(failing);
    using _ = market;
    await expect(market.ask()).rejects.toMatchObject({ code: "BACKEND_FAILED" });
    expect([requests(large), small.requests]).toEqual([2, 0]);
    expect((await market.ask()).asked).toEqual([small.address]);
  });

  it("has one kind of weights compared with itself where several are asked", async () => {
    const { market, large, small } = stage();
    using _ = market;
    const { asked } = await market.ask({ verification: { type: "redundant", executors: 2 } });
    expect(asked.toSorted()).toEqual(large.map(({ address }) => address).toSorted());
    expect(small.requests).toBe(0);
  });
});

describe("weights that are asked for by their hash", () => {
  it("answer, by eight digits or all", async () => {
    const { market, large, small } = stage();
    using _ = market;
    expect((await market.ask({ model: `${MODEL}@sha256:bbbbbbbb` })).asked).toEqual([small.address]);
    expect((await market.ask({ model: `${MODEL}@sha256:${SMALL.slice(2)}` })).asked).toEqual([small.address]);
    expect((await market.ask()).asked).toEqual([large[0]?.address]);
    expect((await market.ask({ weights: "bbbbbbbb1" })).asked).toEqual([small.address]);
  });

  it("are refused clearly where nobody sells them, or several do", async () => {
    const { market, join } = stage();
    using _ = market;
    await expect(market.ask({ model: `${MODEL}@sha256:cccccccc` })).rejects.toMatchObject({
      code: "MODEL_NOT_FOUND",
      next: expect.stringContaining(`sha256:${LARGE.slice(2)}`),
    });
    join(1n, 1, hash("aaaaaaaa2"));
    await expect(market.ask({ model: `${MODEL}@sha256:aaaaaaaa` })).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    expect((await market.ask({ model: `${MODEL}@sha256:aaaaaaaa1` })).asked).toHaveLength(1);
    expect(() => market.events({ ...QUESTION, model: `${MODEL}@sha256:xyz` })).toThrow("names no weights");
  });
});
