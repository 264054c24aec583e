import { EMBEDDING_LIMITS } from "@lloom/protocol/form/answer-settings";
import { embeddingSampling, MOST_EMBEDDING_OUTBOUND } from "@lloom/protocol/form/embedding";
import { readVectors, vectorLine } from "@lloom/protocol/form/vectors";
import { profileText } from "@lloom/protocol/profile";
import { describe, expect, it } from "vitest";
import { type Conduct, MODEL, QUESTION, StagedMarket } from "../../../../test/support/staged-market.ts";
import type { Answered, AskEvent, Question } from "../question.ts";
import { agreeOn, SAME_VECTORS } from "./agreement.ts";

const STAKE = 100_000_000;
const VECTORS = profileText({
  ...{ backend: "llama.cpp", maxContext: 8192, evidence: "trace" },
  ...{ features: ["embedding"], conversations: false },
});
const always = (conduct: Conduct) => () => conduct;
const embeds = always({ type: "embeds" });
const embedding = (texts: readonly string[], change: Partial<Question> = {}): Question => ({
  model: MODEL,
  messages: texts.map((content) => ({ role: "user", content })),
  sampling: embeddingSampling(),
  maxOutboundTokens: MOST_EMBEDDING_OUTBOUND,
  ...change,
});

async function ask(staged: StagedMarket, question: Question) {
  const events: AskEvent[] = [];
  for await (const event of staged.events(question)) events.push(event);
  const ends = events.filter((event): event is AskEvent & Answered => event.type === "end");
  const texts = new Map<number, string>();
  for (const event of events)
    if (event.type === "text") texts.set(event.choice ?? 0, (texts.get(event.choice ?? 0) ?? "") + event.text);
  return { ends, lines: [...texts].sort(([a], [b]) => a - b).map(([, text]) => text) };
}

describe("vectors", () => {
  it("are bought where they are offered, paid by their prompts alone, and come without a trace", async () => {
    using staged = new StagedMarket({ maxPrice: { outbound: 1n } });
    staged.join({ price: 1n, stake: STAKE, conduct: embeds });
    const seller = staged.join({ price: 1_000_000n, stake: STAKE, conduct: embeds, profile: VECTORS });
    const { ends, lines } = await ask(staged, embedding(["a", "abc"]));
    expect(lines).toEqual([`${vectorLine([1, 1])}${vectorLine([3, 1])}`]);
    // Six tokens at one unit each, whatever the offer asks for tokens of answers.
    expect(ends).toMatchObject([{ executor: seller.address, cost: 6n, inboundTokens: 6, outboundTokens: 0 }]);
    expect(staged.requests[0]).toMatchObject({ outboundPrice: 0n, inboundPrice: 1_000_000n, costCap: 20n });
    const [known] = staged.book.candidates(MODEL, staged.nowMs).filter(({ signed }) => signed.profile !== undefined);
    // No template goes around a text: what it counts says nothing of one.
    expect(known).toMatchObject({ counted: undefined, health: { answers: 1 } });
  });

  it("of many texts are several requests, each of as many as one takes, told by number", async () => {
    using staged = new StagedMarket({});
    staged.join({ price: 1n, stake: STAKE, conduct: embeds, profile: VECTORS });
    const texts = Array.from({ length: 17 * EMBEDDING_LIMITS.texts + 1 }, (_, place) => "x".repeat(place + 1));
    const { ends, lines } = await ask(staged, embedding(texts));
    expect(ends).toHaveLength(18);
    expect(new Set(ends.map(({ requestHash }) => requestHash)).size).toBe(18);
    expect(lines.join("")).toBe(texts.map(({ length }) => vectorLine([length, 1])).join(""));
  });

  it.each<[string, Conduct]>([
    ["text", { type: "honest" }],
    ["a NaN", { type: "embeds", lines: () => "AADAfwAAgD8=\n".repeat(2) }],
    ["an infinite number", { type: "embeds", lines: () => "AACAfwAAAAA=\n".repeat(2) }],
    ["too few", { type: "embeds", lines: (right) => right.slice(0, right.indexOf("\n") + 1) }],
    ["too many", { type: "embeds", lines: (right) => right + right }],
    ["vectors of another length", { type: "embeds", lines: (right) => right.replace(/^.*\n/, "AACAPw==\n") }],
    ["all of them, and says that it ended at a limit", { type: "embeds", finishReason: "length" }],
    [
      "half of them, and says that it was told to stop",
      { type: "embeds", finishReason: "cancelled", lines: (right) => right.slice(0, right.indexOf("\n") + 1) },
    ],
    ["a wrong count of their bytes", { type: "embeds", outboundTokens: 1 }],
    ["far more than any vectors have", { type: "embeds", lines: () => "A".repeat(EMBEDDING_LIMITS.answerBytes + 1) }],
  ])(
    "are not taken from whoever sends %s: nothing of it is acknowledged, and somebody else takes over",
    async (_, conduct) => {
      using staged = new StagedMarket({ random: () => 0 });
      const liar = staged.join({ price: 1n, stake: STAKE, conduct: always(conduct), profile: VECTORS });
      await expect(ask(staged, embedding(["a", "b"]))).rejects.toMatchObject({ code: "RESPONSE_INVALID" });
      expect(staged.store.receipts({ limit: 9 })).toHaveLength(0);
      staged.nowMs += 2 * 3_600_000;
      staged.speak(liar);
      staged.join({ price: 2n, stake: STAKE, conduct: embeds, profile: VECTORS });
      expect((await ask(staged, embedding(["a", "b"]))).lines).toHaveLength(1);
    },
  );

  it("are of so many numbers only from whoever sells that", async () => {
    using staged = new StagedMarket({});
    staged.join({ price: 1n, stake: STAKE, conduct: embeds, profile: VECTORS });
    const sampling = embeddingSampling(64);
    await expect(ask(staged, embedding(["a"], { sampling }))).rejects.toMatchObject({
      code: "UNSUPPORTED",
      details: { param: "dimensions" },
    });
  });

  it("are not sold by who only answers, nor answers by who only embeds, with what to do in place of that", async () => {
    using answering = new StagedMarket({});
    answering.join({ price: 1n, stake: STAKE, conduct: always({ type: "honest" }) });
    await expect(ask(answering, embedding(["a"]))).rejects.toMatchObject({
      code: "UNSUPPORTED",
      next: "Choose a model whose lloom.features in GET /v1/models have embedding.",
    });
    using embedders = new StagedMarket({});
    embedders.join({ price: 1n, stake: STAKE, conduct: embeds, profile: VECTORS });
    await expect(ask(embedders, QUESTION)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      next: "Ask it for vectors (POST /v1/embeddings), or choose another model.",
    });
    expect([...answering.executors.values(), ...embedders.executors.values()].map(({ requests }) => requests)).toEqual([
      0, 0,
    ]);
  });

  it("cannot be audited", async () => {
    using staged = new StagedMarket({});
    staged.join({ price: 1n, stake: STAKE, conduct: embeds, profile: VECTORS });
    const audited = embedding(["a"], { verification: { type: "audit" } });
    await expect(async () => ask(staged, audited)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});

describe("vectors that several are asked for", () => {
  const turned = (by: number): Conduct => ({
    type: "embeds",
    lines: (right) => {
      const [vector = new Float32Array()] = readVectors(right) as readonly Float32Array[];
      const [x = 0, y = 0] = vector;
      return vectorLine([x * Math.cos(by) - y * Math.sin(by), x * Math.sin(by) + y * Math.cos(by)]) ?? "";
    },
  });

  it("are the same where they point the same way, whatever their last bits, and those of most are taken", async () => {
    using staged = new StagedMarket({ random: () => 0 });
    const liar = staged.join({ price: 1n, stake: STAKE, conduct: always(turned(0.2)), profile: VECTORS });
    for (const angle of [0, 0.001])
      staged.join({ price: 2n, stake: STAKE, conduct: always(turned(angle)), profile: VECTORS });
    const redundant = { verification: { type: "redundant", executors: 3 } } as const;
    const { ends } = await ask(staged, embedding(["abc"], redundant));
    const copies = ends[0]?.copies ?? [];
    expect(copies.filter(({ agrees }) => agrees)).toHaveLength(2);
    expect(copies.find(({ agrees }) => !agrees)?.executor).toBe(liar.address);
  });

  it("are those that lie nearest to the others where no two are the same", () => {
    const said = [0, 1.2, 1.4].map((angle) => ({ text: vectorLine([Math.cos(angle), Math.sin(angle)]) ?? "" }));
    const [a = { text: "" }, b = a, c = a] = said;
    expect(agreeOn([a, b, c], SAME_VECTORS)).toEqual({ chosen: b, agree: 1 });
    expect(SAME_VECTORS.isSame(a.text, `${a.text}${a.text}`)).toBe(false);
    expect(SAME_VECTORS.isSame(a.text, "text")).toBe(false);
  });
});
