import { describe, expect, it } from "vitest";
import { ANSWER, QUESTION, StagedMarket } from "../../../../test/support/staged-market.ts";
import type { AskEvent } from "../question.ts";

const STAKE = 100_000_000;
const honest = () => ({ type: "honest" }) as const;

async function ask(staged: StagedMarket, choices: number, maxOutboundTokens = QUESTION.maxOutboundTokens) {
  const events: AskEvent[] = [];
  const sampling = { ...QUESTION.sampling, seed: 2 ** 32 - 1 };
  for await (const event of staged.events({ ...QUESTION, sampling, maxOutboundTokens, choices })) events.push(event);
  return events;
}

describe("several answers to one question", () => {
  it("are each told by number, paid, and drawn by the seed after the one before", async () => {
    using staged = new StagedMarket({});
    staged.join({ price: 1n, stake: STAKE, conduct: honest });
    const events = await ask(staged, 3);
    for (const choice of [0, 1, 2]) {
      const own = events.filter((event) => event.choice === choice);
      expect(own.flatMap((event) => (event.type === "text" ? [event.text] : [])).join("")).toBe(ANSWER);
      expect(own.at(-1)?.type).toBe("end");
    }
    const hashes = events.flatMap((event) => (event.type === "end" ? [event.requestHash] : []));
    expect(new Set(hashes).size).toBe(3);
    expect(new Set(staged.samplings.map(({ seed }) => seed))).toEqual(new Set([2 ** 32 - 1, 0, 1]));
  });

  it("are not begun where the money is surely not enough for all", async () => {
    using staged = new StagedMarket({});
    const only = staged.join({ price: 10n ** 19n, stake: STAKE, conduct: honest });
    await expect(ask(staged, 16, 8000)).rejects.toMatchObject({ code: "INSUFFICIENT_FUNDS" });
    expect(only.requests).toBe(0);
  });

  it("fail together: one that cannot be had ends the others", async () => {
    using staged = new StagedMarket({});
    let asked = 0;
    staged.join({
      ...{ price: 1n, stake: STAKE },
      conduct: () => {
        asked += 1;
        return asked === 2 ? { type: "refuses", code: "UNSUPPORTED" } : { type: "honest" };
      },
    });
    await expect(ask(staged, 2)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  it("are all cancelled once nobody listens", async () => {
    using staged = new StagedMarket({});
    staged.join({ price: 1n, stake: STAKE, conduct: () => ({ type: "freezes" }) });
    const hangUp = new AbortController();
    const read = async (): Promise<void> => {
      for await (const event of staged.events({ ...QUESTION, choices: 2 }, hangUp.signal))
        if (event.type === "text") hangUp.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: "CANCELLED" });
  });
});
