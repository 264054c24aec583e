import { describe, expect, it } from "vitest";
import { addressOf, candidate, choose, PROVEN } from "../../../../test/support/candidate.ts";
import { ANSWER, StagedMarket } from "../../../../test/support/staged-market.ts";
import { UNKNOWN_HEALTH } from "../choose/executor-health.ts";
import { permitted } from "../choose/preferred.ts";

const HONEST = { stake: 100, conduct: () => ({ type: "honest" }) as const };
const DEAD = { stake: 100, conduct: () => ({ type: "dies" }) as const };

describe("whom a question lets be asked", () => {
  it("are those that it names and not those that it excludes, by how their weights are stored too", () => {
    const offers = ["F16", "Q4_K_M", undefined].map((precision, index) => candidate({ index }, { precision }));
    const left = (preference: Parameters<typeof permitted>[1]): number[] =>
      permitted(offers, preference).map(({ signed }) => Number(signed.offer.executor));
    expect(left(undefined)).toEqual([0, 1, 2]);
    expect(left({ only: [addressOf(1), addressOf(2)], ignore: [addressOf(2)] })).toEqual([1]);
    expect(left({ quantisations: ["int4", "unknown"] })).toEqual([1, 2]);
    expect(left({ order: [addressOf(2)], allowFallbacks: false })).toEqual([2]);
    expect(left({ order: [addressOf(2)] })).toEqual([0, 1, 2]);
  });

  it("are sorted by price, first text or speed, whoever has answered before; who was not measured comes last", () => {
    const offers = [
      candidate({ index: 0, price: 100n }, { health: PROVEN }),
      candidate({ index: 1, price: 50n }),
      candidate({ index: 2, price: 70n }, { health: { ...UNKNOWN_HEALTH, msPerToken: 3 } }),
      candidate({ index: 3, price: 90n }, { health: { ...UNKNOWN_HEALTH, firstToken: { meanMs: 9, strayMs: 1 } } }),
    ];
    expect(choose(offers)).toBe(0);
    expect((["price", "latency", "throughput"] as const).map((sort) => choose(offers, { sort }))).toEqual([1, 3, 2]);
    expect(choose(offers.slice(0, 2), { sort: "latency" })).toBe(1);
  });
});

describe("a question that prefers some", () => {
  it("is asked of them in their order, and then of others unless it forbids that", async () => {
    using staged = new StagedMarket({ exploration: 0 });
    const cheap = staged.join({ ...HONEST, price: 10n });
    const [first, second] = [staged.join({ ...DEAD, price: 500n }), staged.join({ ...HONEST, price: 900n })];
    const order = [first.address, second.address];
    expect(await staged.ask({ preference: { order } })).toEqual({ text: ANSWER, asked: order });
    expect((await staged.ask()).asked).toEqual([second.address]);
    const alone = { order: [first.address], allowFallbacks: false };
    await expect(staged.ask({ preference: alone })).rejects.toMatchObject({ code: "STREAM_INTERRUPTED" });
    const nobody = { only: [cheap.address], ignore: [cheap.address] };
    await expect(staged.ask({ preference: nobody })).rejects.toMatchObject({ code: "NO_EXECUTOR" });
    expect((await staged.ask({ preference: { ignore: order } })).asked).toEqual([cheap.address]);
  });

  it("and lets nobody take over is asked once", async () => {
    using staged = new StagedMarket({ exploration: 0 });
    const first = staged.join({ ...DEAD, price: 10n });
    staged.join({ ...HONEST, price: 900n });
    await expect(staged.ask({ preference: { allowFallbacks: false } })).rejects.toMatchObject({
      code: "STREAM_INTERRUPTED",
    });
    expect(first.requests).toBe(1);
  });
});
