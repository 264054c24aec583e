import { describe, expect, it } from "vitest";
import type { Profile } from "../profile.ts";
import type { Calibration } from "./calibration.ts";
import {
  answerKey,
  COMPLAINING_TIMES,
  CONVICTING_TIMES,
  convicts,
  isFar,
  LEAST_ANSWERS,
  LEAST_PLACES,
  type Proof,
} from "./conviction.ts";
import { type AnswerFigures, factorOf } from "./judge-answer.ts";
import { sumEvidence } from "./sequential-test.ts";

const SEED = Number(process.env["SELECTED_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const HASH = `0x${"11".repeat(32)}` as const;
const profile: Profile = { backend: "llama.cpp", maxContext: 512, evidence: "trace" };
const zeros: [number, number, number, number] = [0, 0, 0, 0];
const configuration = { name: "one", profile, canaries: 3_000, found: 0, distance: zeros, leadShift: zeros };
const calibration: Calibration = {
  ...{ version: 1, weightsHash: HASH, reference: profile, seed: 1, distanceBound: 31, leadBound: 234 },
  configurations: [configuration, configuration],
};

describe("what convicts", () => {
  const shown = (...proofs: readonly Proof[]) => proofs.map((proof, index) => ({ key: String(index), proof }));

  it("is one trace that cannot be true, or three different answers that are far away", () => {
    expect([convicts([]), convicts(shown("distance", "distance")), convicts(shown(undefined, undefined))]).toEqual([
      ...[false, false, false],
    ]);
    expect(convicts(shown("distance", undefined, "distance", undefined, "distance"))).toBe(true);
    expect(convicts(shown(undefined, "distance", undefined, "distance"))).toBe(false);
    expect(convicts(shown("structure"))).toBe(true);
    expect(convicts(new Array(64).fill({ key: "the same", proof: "distance" }))).toBe(false);
  });

  it("is far beyond the calibrated bound, over places enough, by a calibration that tells something", () => {
    const [bound, places] = [CONVICTING_TIMES * calibration.distanceBound, LEAST_PLACES];
    expect(isFar({ whole: bound + 1, places }, calibration)).toBe(true);
    expect(isFar({ whole: bound, places }, calibration)).toBe(false);
    expect(isFar({ whole: 5000, places: places - 1 }, calibration)).toBe(false);
    expect(isFar({ whole: bound + 1, places }, calibration, CONVICTING_TIMES + 1)).toBe(false);
    expect(isFar({}, calibration)).toBe(false);
    expect(COMPLAINING_TIMES).toBeGreaterThan(CONVICTING_TIMES);
    const coarse = { ...calibration, configurations: [{ ...configuration, canaries: 100 }, configuration] };
    expect(isFar({ whole: 5000, places }, coarse)).toBe(false);
  });

  it("tells answers apart by question and text", () => {
    const messages = [{ role: "user", content: "What is a cat?" }] as const;
    const key = answerKey(messages, "A cat.");
    expect(answerKey([{ content: "What is a cat?", role: "user" }], "A cat.")).toBe(key);
    expect(answerKey(messages, "A cat")).not.toBe(key);
    expect(answerKey([{ role: "user", content: "What is a dog?" }], "A cat.")).not.toBe(key);
    expect(answerKey([...messages, ...messages], "A cat.")).not.toBe(key);
  });
});

interface Answer {
  readonly key: string;
  readonly temperatureMilli: number;
  readonly figures: AnswerFigures;
}

/** What jurors could convict by. */
type Rule = (answers: readonly Answer[]) => boolean;
const byOdds =
  (change: (figures: AnswerFigures) => Partial<AnswerFigures>): Rule =>
  (answers) =>
    sumEvidence(
      answers.map(({ figures, temperatureMilli }) => ({
        factor: factorOf({ figures: { ...figures, ...change(figures) }, temperatureMilli }, calibration).factor ?? 1,
      })),
    ).mayDispute;
const none = { distance: 0, gap: 0, flatter: 1 };
const RULES: Readonly<Record<string, Rule>> = {
  "all odds": byOdds((figures) => figures),
  "how unlikely texts are": byOdds(({ flatter }) => ({ ...none, flatter })),
  "what the weights would rather have written": byOdds(({ gap = 0 }) => ({ ...none, gap })),
  "distances beyond the calibrated bound": byOdds(({ distance = 0 }) => ({ ...none, distance })),
};
/** The one that stands. */
const convicted: Rule = (answers) =>
  convicts(answers.map(({ key, figures }) => ({ key, proof: isFar(figures, calibration) ? "distance" : undefined })));

/**
 * An honest executor that is as bad as a calibration allows: one answer in a thousand is beyond a bound, up to three times, as no honest
 * answer of the tiny model was; an answer of few places may be anywhere; and an unlikely text is as likely as its odds say.
 */
function* honest(random: () => number): Generator<Answer, never> {
  for (let number = 0; ; number++) {
    const isGreedy = random() < 0.5;
    const off = (bound: number): number => bound * (random() < 1e-3 ? 1 + 2 * random() : random() ** 4);
    const places = 1 + Math.floor(random() * 24);
    const whole = places < LEAST_PLACES ? 5000 * random() ** 8 : off(calibration.distanceBound);
    // x times likelier by other odds once in 17 x times, up to a cut: the mean of these is below 1.
    const flatter = isGreedy ? 1 : 0.06 / Math.max(1e-6, random());
    yield {
      ...{ key: String(number), temperatureMilli: isGreedy ? 0 : 1000 },
      figures: {
        ...{ distance: off(calibration.distanceBound), flatter, whole, places },
        ...(isGreedy && { gap: off(calibration.leadBound) }),
      },
    };
  }
}

describe(`a challenger that shows what it likes of many honest answers, seed ${SEED}`, () => {
  const [BOUGHT, MOST_SHOWN] = [20_000, 64];
  const WORTHS: readonly ((figures: AnswerFigures) => number)[] = [
    ({ flatter }) => flatter,
    ({ gap = 0 }) => gap,
    ({ distance = 0 }) => distance,
    ({ whole = 0 }) => whole,
    ({ whole = 0, places = 0 }) => (places < LEAST_PLACES ? 0 : whole),
  ];

  it("convicts nobody, and would have by every rule that odds alone decide", () => {
    let state = SEED;
    const random = (): number => {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
      return (Math.imul(state ^ (state >>> 13), 0x297a2d39) >>> 0) / 2 ** 32;
    };
    const answers = honest(random);
    const bought = Array.from({ length: BOUGHT }, () => answers.next().value);
    const wronged = new Set<string>();
    for (const worth of WORTHS) {
      const ranked = bought.toSorted((a, b) => worth(b.figures) - worth(a.figures));
      for (const different of [1, 2, LEAST_ANSWERS, 4, 16, MOST_SHOWN])
        for (const copies of [1, 4, MOST_SHOWN]) {
          const best = ranked.slice(0, different);
          const again = best.flatMap((one) => new Array<Answer>(copies).fill(one)).slice(0, MOST_SHOWN);
          for (const shown of [again, again.toReversed()]) {
            expect(convicted(shown), `the best ${different}, ${copies} times`).toBe(false);
            for (const [name, rule] of Object.entries(RULES)) if (!wronged.has(name) && rule(shown)) wronged.add(name);
          }
        }
    }
    expect([...wronged].sort()).toEqual(Object.keys(RULES).sort());
  });
});
