import { describe, expect, it } from "vitest";
import { QUESTION, StagedMarket } from "../../../../test/support/staged-market.ts";
import { LloomError } from "../../errors.ts";
import type { AnswerOdds } from "../check/answer-odds.ts";
import type { Answered, ToldToken } from "../question.ts";

const STAKE = 100_000_000;
const honest = () => ({ type: "honest" }) as const;
const TOKENS: ToldToken[] = [{ bytes: [72], logprob: -5, isText: true, likeliest: [] }];

/** Shows tokens of all executors but these: those promise none, and those do not keep what they promise. */
const odds = ({ silent = [], liars = [] }: { silent?: string[]; liars?: string[] }): AnswerOdds => ({
  covers: ({ signed }) => !silent.includes(signed.offer.executor),
  of: async ({ end }) => {
    if (liars.includes(end.executor)) throw new LloomError("RESPONSE_INVALID", "It shows nothing.");
    return TOKENS;
  },
});

async function ask(staged: StagedMarket): Promise<Answered | undefined> {
  let end: Answered | undefined;
  for await (const event of staged.events({ ...QUESTION, odds: true })) if (event.type === "end") end = event;
  return end;
}

describe("an answer whose log probabilities are asked for", () => {
  it("is bought from whoever promises to show them, however cheap others are, and ends with them", async () => {
    const silent: string[] = [];
    using staged = new StagedMarket({}, { odds: odds({ silent }) });
    const [cheap, dear] = [1n, 9n].map((price) => staged.join({ price, stake: STAKE, conduct: honest }));
    silent.push(cheap?.address ?? "");
    expect(await ask(staged)).toMatchObject({ executor: dear?.address, odds: TOKENS });
  });

  it("is refused by the field's name where nobody promises that: nothing is paid", async () => {
    const silent: string[] = [];
    using staged = new StagedMarket({}, { odds: odds({ silent }) });
    const only = staged.join({ price: 1n, stake: STAKE, conduct: honest });
    silent.push(only.address);
    await expect(ask(staged)).rejects.toMatchObject({ code: "UNSUPPORTED", details: { param: "logprobs" } });
    expect(only.requests).toBe(0);
  });

  it("fails where its executor does not show them, who is asked after others from then on", async () => {
    const liars: string[] = [];
    using staged = new StagedMarket({}, { odds: odds({ liars }) });
    const [liar, good] = [1n, 9n].map((price) => staged.join({ price, stake: STAKE, conduct: honest }));
    liars.push(liar?.address ?? "");
    await expect(ask(staged)).rejects.toMatchObject({ code: "RESPONSE_INVALID" });
    expect((await ask(staged))?.executor).toBe(good?.address);
  });
});
