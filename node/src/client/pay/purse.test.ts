import { expect, it } from "vitest";
import { ANSWER, StagedMarket } from "../../../../test/support/staged-market.ts";
import { LloomError } from "../../errors.ts";

const HONEST = { stake: 100, conduct: () => ({ type: "honest" }) as const };

it("asks the purse of a question before it signs anything, and signs nothing that it refuses", async () => {
  using staged = new StagedMarket({ exploration: 0 });
  const dear = staged.join({ ...HONEST, price: 1_000n });
  const held: bigint[] = [];
  const purse = {
    hold: (_: string, most: bigint): void => {
      held.push(most);
      if (held.length === 1) throw new LloomError("INSUFFICIENT_FUNDS", "Too dear.");
    },
  };
  await expect(staged.ask({ purse })).rejects.toMatchObject({ code: "INSUFFICIENT_FUNDS", message: "Too dear." });
  expect([held.length, dear.requests]).toEqual([1, 0]);
  expect(await staged.ask({ purse })).toEqual({ text: ANSWER, asked: [dear.address] });
  expect(held[1]).toBe(held[0]);
});
