import { describe, expect, it } from "vitest";
import { ANSWER, StagedMarket } from "../../../../test/support/staged-market.ts";

const HONEST = { stake: 100, conduct: () => ({ type: "honest" }) as const };
const DEAD = { stake: 100, conduct: () => ({ type: "dies" }) as const };

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
