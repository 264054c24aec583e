import { describe, expect, it } from "vitest";
import type { Profile } from "../profile.ts";
import { encodeTraceLeaf, traceRoot } from "../trace.ts";
import type { Calibration } from "./calibration.ts";
import { type AnswerToJudge, isBeyond, judgeAnswer, MOST_FACTOR } from "./judge-answer.ts";
import { readTrace } from "./read-trace.ts";
import type { ScoredPlace, WrittenLeaf } from "./scored-place.ts";

const HASH = `0x${"11".repeat(32)}` as const;
const profile: Profile = { backend: "llama.cpp", maxContext: 512, evidence: "trace" };
const configuration = (canaries: number) => {
  const zeros: [number, number, number, number] = [0, 0, 0, 0];
  return { name: "one", profile, canaries, found: 0, distance: zeros, leadShift: zeros };
};
const calibration: Calibration = {
  ...{ version: 1, weightsHash: HASH, reference: profile, seed: 1, distanceBound: 40, leadBound: 90 },
  configurations: [configuration(10_000), configuration(10_000)],
};
const place: ScoredPlace = new Map([
  [5, -100],
  [6, -2400],
  [7, -6000],
]);
const leafOf = (off: number, token = 5): WrittenLeaf => {
  const likeliest = [...place].map(([id, logprob]) => ({ token: id, logprob: logprob - off }));
  return { index: 0, token, logprob: likeliest.find((one) => one.token === token)?.logprob ?? -9000, likeliest };
};
const answerOf = (leaves: readonly WrittenLeaf[], change: Partial<AnswerToJudge> = {}): AnswerToJudge => ({
  ...{
    responseHash: HASH,
    secret: HASH,
    temperatureMilli: 0,
    responseFormat: "text",
    text: "Yes",
    leaves,
    places: leaves.map(() => place),
  },
  ...change,
});

describe("an answer's verdict", () => {
  it("is for who lies within the bounds, and against who does not", () => {
    expect(judgeAnswer(answerOf([leafOf(30)]), calibration)).toMatchObject({ found: false, factor: 0 });
    expect(judgeAnswer(answerOf([leafOf(41)]), calibration)).toMatchObject({ found: true, factor: MOST_FACTOR });
  });

  it("finds text of other weights that the right ones scored", () => {
    expect(judgeAnswer(answerOf([leafOf(0, 6)]), calibration)).toMatchObject({
      found: true,
      figures: { gap: 2300, distance: 0 },
    });
    const drawn = answerOf(new Array<WrittenLeaf>(12).fill(leafOf(0, 7)), { temperatureMilli: 1000 });
    const { found, factor, figures } = judgeAnswer(drawn, calibration);
    // Each of them may be drawn; all of them together never are.
    expect(found).toBe(false);
    expect(figures.flatter).toBeGreaterThan(1e6);
    expect(factor).toBe(MOST_FACTOR);
  });

  it("holds no token against who wrote it by a grammar, and odds all the same", () => {
    for (const temperatureMilli of [0, 1000]) {
      const asked = { temperatureMilli, responseFormat: "json" } as const;
      const { figures, found } = judgeAnswer(
        answerOf(new Array<WrittenLeaf>(12).fill(leafOf(0, 7)), asked),
        calibration,
      );
      expect({ found, ...figures }).toEqual({
        ...{ found: false, distance: 0, leadShift: 0, flatter: 1 },
        ...{ whole: 0, places: 12 },
      });
      expect(judgeAnswer(answerOf([leafOf(41)], asked), calibration).found).toBe(true);
    }
  });

  it("holds an answer against the scores as its penalties and biases left them", () => {
    // Token 6 is the likeliest once 5 was written and lost 2 500.
    const written = [leafOf(0, 5), leafOf(0, 6)];
    const gapOf = (change: Partial<AnswerToJudge>, leaves = written) =>
      judgeAnswer(answerOf(leaves, change), calibration).figures.gap;
    expect(gapOf({})).toBe(2300);
    expect(gapOf({ presencePenaltyMilli: 2000, frequencyPenaltyMilli: 500 })).toBe(0);
    // What lies as it did is found as before.
    expect(gapOf({ presencePenaltyMilli: 2000 })).toBe(300);
    expect(gapOf({ logitBias: [[6, 2300]] })).toBe(0);
    // A favoured token that is not among the likeliest can have been the likeliest; one that nothing favours cannot.
    expect(gapOf({ logitBias: [[9, 6000]] }, [leafOf(0, 9)])).toBe(0);
    expect(gapOf({ presencePenaltyMilli: 1 }, [leafOf(0, 9)])).toBe(5000);
    // Of log probabilities nobody can tell what a division of logits made of them.
    expect(gapOf({ repeatPenaltyMilli: 1100 })).toBeUndefined();
    expect(gapOf({ toolUse: { choice: "auto", most: 1 } })).toBeUndefined();
  });

  it("weighs a drawn text by the shaped scores, so that no penalty hides another model", () => {
    const drawn = { temperatureMilli: 1000, presencePenaltyMilli: 1 } as const;
    const { figures } = judgeAnswer(answerOf(new Array<WrittenLeaf>(12).fill(leafOf(0, 7)), drawn), calibration);
    expect(figures.flatter).toBeGreaterThan(1e6);
    const biased = { temperatureMilli: 1000, logitBias: [[7, 20_000]] as [number, number][] };
    const own = judgeAnswer(answerOf(new Array<WrittenLeaf>(12).fill(leafOf(0, 7)), biased), calibration);
    expect(own.figures.flatter).toBeLessThan(1);
  });

  it("takes a border input's first token, also without a trace", () => {
    const { leaves: _, places: __, ...bare } = answerOf([]);
    const border = { expected: "Yes", other: "No" };
    expect(judgeAnswer({ ...bare, border }, calibration)).toMatchObject({ found: false, factor: 0 });
    expect(judgeAnswer({ ...bare, border, text: "No" }, calibration)).toMatchObject({
      found: true,
      factor: MOST_FACTOR,
    });
    // So do those that a grammar begins, or a bias.
    for (const change of [{ responseFormat: "json" as const }, { logitBias: [[3, 1]] as [number, number][] }])
      expect(judgeAnswer({ ...bare, border, text: "No", ...change }, calibration).factor).toBeUndefined();
    // Drawn answers begin as they like.
    expect(judgeAnswer({ ...bare, border, text: "No", temperatureMilli: 700 }, calibration).factor).toBeUndefined();
    // An empty one does not begin.
    expect(judgeAnswer({ ...bare, border, text: "" }, calibration).factor).toBeUndefined();
  });

  it("is against a figure beyond its bound, whichever it is, and not against one at it", () => {
    const { distanceBound: distance, leadBound: gap } = calibration;
    const isFound = (figures: object): boolean => isBeyond({ flatter: 1, ...figures }, calibration);
    expect([{}, { distance }, { gap }, { isFlipped: false }].map(isFound)).toEqual([false, false, false, false]);
    expect([{ distance: distance + 1 }, { gap: gap + 1 }, { isFlipped: true }].map(isFound)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("takes the mean of the bounds' odds and the text's for a drawn answer, and the bounds' alone for another", () => {
    const { factor, figures } = judgeAnswer(answerOf([leafOf(0, 6)], { temperatureMilli: 1000 }), calibration);
    expect(figures.flatter).toBeGreaterThan(1);
    expect(factor).toBeCloseTo(figures.flatter / 2, 9);
    expect(judgeAnswer(answerOf([leafOf(0)]), calibration).factor).toBe(0);
  });

  it("needs the trace and the reference's scores of it, both", () => {
    const { leaves: _, ...unwritten } = answerOf([leafOf(4000)]);
    const { places: __, ...unscored } = answerOf([leafOf(4000)]);
    for (const answer of [unwritten, unscored])
      expect(judgeAnswer(answer, calibration)).toEqual({ figures: { flatter: 1 }, found: false, factor: undefined });
  });

  it("is none where nothing could be measured, or the calibration is too coarse", () => {
    const { leaves: _, places: __, ...bare } = answerOf([]);
    expect(judgeAnswer(bare, calibration)).toMatchObject({ found: false, factor: undefined });
    const coarse = { ...calibration, configurations: [configuration(100), configuration(10_000)] };
    expect(judgeAnswer(answerOf([leafOf(4000)]), coarse)).toMatchObject({ found: false, factor: undefined });
  });
});

/** Why an executor's statement cannot be true, in whatever words. */
const PROBLEM = { problem: expect.stringMatching(/\w{3}/) };

describe("a trace", () => {
  const written: WrittenLeaf[] = [leafOf(0), { ...leafOf(0, 6), index: 1 }];
  const leaves = written.map(encodeTraceLeaf);
  const TEXTS: Readonly<Record<number, string>> = { 5: "Yes", 6: " sir" };
  const textOf = (tokens: readonly number[]): string => tokens.map((token) => TEXTS[token] ?? "").join("");
  const read = (change: Partial<Parameters<typeof readTrace>[0]> = {}) =>
    readTrace({
      leaves,
      traceRoot: traceRoot(leaves),
      maxOutboundTokens: 300n,
      text: "Yes sir",
      stop: [],
      promisesIds: false,
      textOf,
      ...change,
    });

  it("is read if it belongs to root and text", () => {
    expect(read()).toEqual({ leaves: written.map((leaf) => ({ ...leaf, index: leaf.index })) });
    expect(read({ text: "Yes", stop: [" s"] })).toHaveProperty("leaves");
  });

  it("may end within a character, or with one of the stop strings and what its token has behind", () => {
    const cut = (end: string, change: object = {}) =>
      read({ textOf: () => `Yes${end}`, text: "Yes", stop: ["no", " s"], ...change });
    for (const end of ["", "\uFFFD", "\uFFFD\uFFFD", " sir"]) expect(cut(end)).toHaveProperty("leaves");
    for (const end of ["\uFFFDx", "x\uFFFD", "x s"]) expect(cut(end)).toEqual(PROBLEM);
  });

  it("is refused for another root, order, text, or more tokens than the request allows", () => {
    expect(read({ traceRoot: HASH })).toEqual(PROBLEM);
    const swapped = leaves.toReversed();
    expect(read({ leaves: swapped, traceRoot: traceRoot(swapped), text: " sirYes" })).toEqual(PROBLEM);
    for (const text of ["Yes", "No", "Yes sir, yes"]) expect(read({ text })).toEqual(PROBLEM);
    const many = Array.from({ length: 400 }, (_, index) => encodeTraceLeaf(leafOf(0), index));
    const lengthy = { leaves: many, traceRoot: traceRoot(many), text: "Yes".repeat(400) };
    expect(read({ ...lengthy, maxOutboundTokens: 399n })).toEqual(PROBLEM);
    expect(read({ ...lengthy, maxOutboundTokens: 400n })).toHaveProperty("leaves");
    expect(read({ textOf: () => undefined })).toEqual(PROBLEM);
    const broken = [Uint8Array.of(1, 2, 3)];
    expect(read({ leaves: broken, traceRoot: traceRoot(broken) })).toEqual(PROBLEM);
  });

  it("by bytes is none that a reference can be held against, and cannot be that of a profile that promises ids", () => {
    const bytes = [encodeTraceLeaf({ token: Uint8Array.of(89), logprob: -1, likeliest: [] }, 0)];
    const byBytes = { leaves: bytes, traceRoot: traceRoot(bytes) };
    expect(read(byBytes)).toBeUndefined();
    expect(read({ ...byBytes, promisesIds: true })).toEqual(PROBLEM);
    const mixed = [...leaves, encodeTraceLeaf({ token: Uint8Array.of(89), logprob: -1, likeliest: [] }, 2)];
    expect(read({ leaves: mixed, traceRoot: traceRoot(mixed), promisesIds: true })).toEqual(PROBLEM);
    expect(read({ promisesIds: true })).toHaveProperty("leaves");
  });
});
