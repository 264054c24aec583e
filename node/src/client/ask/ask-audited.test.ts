import { describe, expect, it } from "vitest";
import { ANSWER, QUESTION, StagedMarket } from "../../../../test/support/staged-market.ts";
import { LloomError } from "../../errors.ts";
import type { AnswerAudit } from "../check/answer-audit.ts";
import type { Answered } from "../question.ts";

const STAKE = 100_000_000;
const honest = () => ({ type: "honest" }) as const;
const audited = { verification: { type: "audit" } } as const;

/** Finds these executors out, and has no weights for those. */
const audit = ({ bad = [], unknown = [] }: { bad?: string[]; unknown?: string[] }): AnswerAudit => ({
  covers: ({ offer }) => !unknown.includes(offer.executor),
  problemOf: async ({ end }) => (bad.includes(end.executor) ? "It is of other weights." : undefined),
});

async function ask(staged: StagedMarket): Promise<{ text: string; end: Answered | undefined; asked: string[] }> {
  let text = "";
  let end: Answered | undefined;
  const asked: string[] = [];
  for await (const event of staged.events({ ...QUESTION, ...audited })) {
    if (event.type === "executor") asked.push(event.executor);
    if (event.type === "text") text += event.text;
    if (event.type === "end") end = event;
  }
  return { text, end, asked };
}

describe("an answer that is held against weights of one's own", () => {
  it("is passed on once it is right; who failed is paid, told of, and asked no more", async () => {
    const bad: string[] = [];
    using staged = new StagedMarket({}, { audit: audit({ bad }) });
    const [liar, good] = [1n, 2n].map((price) => staged.join({ price, stake: STAKE, conduct: honest }));
    bad.push(liar?.address ?? "");
    const { text, end, asked } = await ask(staged);
    expect({ text, asked }).toEqual({ text: ANSWER, asked: [liar?.address, good?.address] });
    expect(end?.copies?.map(({ executor, agrees }) => [executor, agrees])).toEqual([
      [liar?.address, false],
      [good?.address, true],
    ]);
    expect((await ask(staged)).asked).toEqual([good?.address]);
  });

  it("is asked of somebody else where its trace could not be fetched, and nobody is blamed for that", async () => {
    let isAway = true;
    const fetched: AnswerAudit = {
      covers: () => true,
      problemOf: async ({ end }) => {
        if (isAway && end.executor === away.address) throw new LloomError("EXECUTOR_UNREACHABLE", "Not fetched.");
        return undefined;
      },
    };
    using staged = new StagedMarket({}, { audit: fetched });
    const away = staged.join({ price: 1n, stake: STAKE, conduct: honest });
    const good = staged.join({ price: 2n, stake: STAKE, conduct: honest });
    const { text, end, asked } = await ask(staged);
    expect({ text, asked }).toEqual({ text: ANSWER, asked: [away.address, good.address] });
    expect(end?.copies?.map(({ executor, agrees }) => [executor, agrees])).toEqual([
      [away.address, false],
      [good.address, true],
    ]);
    isAway = false;
    expect((await ask(staged)).asked).toEqual([away.address]);
  });

  it("is asked of nobody whose weights are not here", async () => {
    const unknown: string[] = [];
    using staged = new StagedMarket({}, { audit: audit({ unknown }) });
    const [stranger, known] = [1n, 2n].map((price) => staged.join({ price, stake: STAKE, conduct: honest }));
    unknown.push(stranger?.address ?? "");
    expect((await ask(staged)).asked).toEqual([known?.address]);
  });

  it("is none where nobody's is right, and cannot be asked for without weights", async () => {
    const bad: string[] = [];
    using staged = new StagedMarket({ maxAttempts: 2 }, { audit: audit({ bad }) });
    for (const price of [1n, 2n, 3n]) bad.push(staged.join({ price, stake: STAKE, conduct: honest }).address);
    await expect(ask(staged)).rejects.toMatchObject({ code: "RESPONSE_INVALID", message: /of other weights/ });
    expect(staged.store.receipts({ limit: 9 })).toHaveLength(2);
    using bare = new StagedMarket();
    bare.join({ price: 1n, stake: STAKE, conduct: honest });
    await expect(ask(bare)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});
