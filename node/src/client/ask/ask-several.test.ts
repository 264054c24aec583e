import { describe, expect, it } from "vitest";
import { ANSWER, type Conduct, QUESTION, StagedMarket } from "../../../../test/support/staged-market.ts";
import type { Answered } from "../question.ts";
import { agreeOn } from "./agreement.ts";

const STAKE = 100_000_000;
const always = (conduct: Conduct) => () => conduct;
const honest = always({ type: "honest" });
const lying = always({ type: "says", text: "The loom sleeps." });
const HURRY = {
  firstFrameTimeoutMs: 200,
  firstTokenTimeoutMs: 200,
  tokenGapTimeoutMs: 200,
  cancelWaitMs: 5,
  strangerWaitMs: 10,
};
const three = { verification: { type: "redundant", executors: 3 } } as const;

async function askAll(staged: StagedMarket, question = {}): Promise<{ text: string; end: Answered; asked: string[] }> {
  let text = "";
  let end: Answered | undefined;
  const asked: string[] = [];
  for await (const event of staged.events({ ...QUESTION, ...three, ...question })) {
    if (event.type === "executor") asked.push(event.executor);
    if (event.type === "text") text += event.text;
    if (event.type === "end") end = event;
  }
  return { text, end: end ?? expect.fail("It has no end."), asked };
}

describe("a question that several executors are asked", () => {
  it("is answered by what most of them say, and every one of them is paid, once", async () => {
    using staged = new StagedMarket({ ...HURRY, random: () => 0 });
    const liar = staged.join({ price: 1_000_000n, stake: STAKE, conduct: lying });
    const right = [2_000_000n, 3_000_000n].map((price) => staged.join({ price, stake: STAKE, conduct: honest }));
    staged.join({ price: 9_000_000n, stake: STAKE, conduct: honest });
    const { text, end, asked } = await askAll(staged);
    expect(text).toBe(ANSWER);
    expect(new Set(asked)).toEqual(new Set([liar, ...right].map(({ address }) => address)));
    const copies = end.copies ?? [];
    expect(copies.map(({ executor, agrees }) => [executor, agrees]).sort()).toEqual(
      [[liar.address, false], ...right.map(({ address }) => [address, true])].sort(),
    );
    expect(right.map(({ address }) => address)).toContain(end.executor);
    expect(staged.store.receipts({ limit: 9 })).toHaveLength(3);
    expect(new Set(copies.map(({ cost }) => cost)).size).toBe(3);
    const health = new Map(
      staged.book
        .candidates(QUESTION.model, staged.nowMs)
        .map((one) => [one.signed.offer.executor, one.health.success]),
    );
    expect(health.get(liar.address)).toBeLessThan(1);
    for (const { address } of right) expect(health.get(address)).toBe(1);
  });

  it("replaces who fails by somebody who was not asked yet", async () => {
    using staged = new StagedMarket({ ...HURRY, random: () => 0 });
    const stalling = staged.join({ price: 1n, stake: STAKE, conduct: always({ type: "stalls" }) });
    for (const price of [2n, 3n, 4n]) staged.join({ price, stake: STAKE, conduct: honest });
    const { text, end, asked } = await askAll(staged);
    expect([text, end.copies?.length]).toEqual([ANSWER, 3]);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked).toContain(stalling.address);
  });

  it("has no answer where nobody else can be asked: one alone compares nothing", async () => {
    using staged = new StagedMarket(HURRY);
    staged.join({ price: 1n, stake: STAKE, conduct: honest });
    await expect(askAll(staged)).rejects.toMatchObject({ code: "NO_EXECUTOR", message: /One executor alone/ });
  });

  it("is cancelled for all of them together", async () => {
    using staged = new StagedMarket({ ...HURRY, random: () => 0 });
    for (const price of [1n, 2n, 3n]) staged.join({ price, stake: STAKE, conduct: always({ type: "stalls" }) });
    for await (const event of staged.events({ ...QUESTION, ...three })) if (event.type === "signed") break;
    const open = () =>
      staged.book.candidates(QUESTION.model, staged.nowMs).reduce((sum, { inFlight }) => sum + inFlight, 0);
    await expect.poll(open).toBe(0);
  });

  it("gives all of them the same chance", async () => {
    using staged = new StagedMarket({ ...HURRY, random: () => 0 });
    for (const price of [1n, 2n]) staged.join({ price, stake: STAKE, conduct: honest });
    const warm = { ...QUESTION.sampling, temperatureMilli: 700 };
    await askAll(staged, { sampling: warm, verification: { type: "redundant", executors: 2 } });
    const seeds = staged.samplings.map(({ seed }) => seed);
    expect(seeds).toEqual([expect.any(Number), seeds[0]]);
  });
});

describe("what several said", () => {
  const of = (...texts: string[]) => agreeOn(texts.map((text) => ({ text })) as [{ text: string }]);

  it("is what most said, and where nobody agrees, who goes with the others for longest", () => {
    expect(of("a", "b", "b")).toEqual({ chosen: { text: "b" }, agree: 2 });
    expect(of("The cat sat.", "Dogs bark.", "The cat slept.")).toEqual({ chosen: { text: "The cat sat." }, agree: 1 });
    expect(of("Dogs bark.", "The cat sat.", "The cat slept.").chosen.text).toBe("The cat sat.");
    expect(of("one")).toEqual({ chosen: { text: "one" }, agree: 1 });
    expect(of("a", "a", "b", "b").chosen.text).toBe("a");
  });
});
