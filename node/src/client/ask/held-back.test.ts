import { describe, expect, it } from "vitest";
import { ANSWER, type Conduct, StagedMarket } from "../../../../test/support/staged-market.ts";

/** Real time, so short: staged executors that answer do so at once. */
const HURRY = { firstFrameTimeoutMs: 60, firstTokenTimeoutMs: 60, tokenGapTimeoutMs: 60, unknownPatienceMs: 20 };
const STAKE = 100;
const honest = (): Conduct => ({ type: "honest" });

describe("a stranger's stream", () => {
  const BROKEN: readonly Conduct[] = [
    { type: "breaksOff" },
    { type: "freezes" },
    { type: "overcounts" },
    { type: "forges" },
  ];
  /** Strangers are asked whenever there are some, of the same rank whoever is cheapest. */
  const curious = (): StagedMarket =>
    new StagedMarket({ ...HURRY, shortestGapMs: 20, cancelWaitMs: 5, exploration: 1, random: () => 0 });

  it.each(BROKEN)("that $type is never seen by a client that knows somebody well", async (conduct) => {
    using staged = curious();
    const good = staged.join({ price: 1_000n, stake: STAKE, conduct: honest });
    for (let round = 0; round < 3; round += 1) expect((await staged.ask()).text).toBe(ANSWER);
    const liar = staged.join({ price: 1n, stake: STAKE, conduct: () => conduct });
    expect(await staged.ask()).toEqual({ text: ANSWER, asked: [liar.address, good.address] });
  });

  it.each(BROKEN)("that $type breaks the answer while nobody else has answered three times", async (conduct) => {
    using staged = curious();
    staged.join({ price: 1_000n, stake: STAKE, conduct: honest });
    for (let round = 0; round < 2; round += 1) expect((await staged.ask()).text).toBe(ANSWER);
    staged.join({ price: 1n, stake: STAKE, conduct: () => conduct });
    await expect(staged.ask()).rejects.toMatchObject({ code: expect.stringMatching(/INTERRUPTED|INVALID/) });
  });

  it("comes as it is said once the stranger has answered three times, too", async () => {
    using staged = curious();
    staged.join({ price: 1_000n, stake: STAKE, conduct: honest });
    for (let round = 0; round < 3; round += 1) await staged.ask();
    const conduct = (request: number): Conduct => (request < 3 ? honest() : { type: "breaksOff" });
    const turncoat = staged.join({ price: 1n, stake: STAKE, conduct });
    for (let round = 0; round < 3; round += 1) expect((await staged.ask()).asked).toEqual([turncoat.address]);
    await expect(staged.ask()).rejects.toMatchObject({ code: "STREAM_INTERRUPTED" });
  });
});
