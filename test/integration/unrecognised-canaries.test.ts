/** Whether a classifier tells canaries from what clients send, by all that others see: lengths, parameters, times, amounts, age. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCalibration } from "@lloom/protocol/verification/calibration";
import { beforeAll, describe, expect, it } from "vitest";
import { openReference } from "../../node/src/backend/llama-reference.ts";
import { findBorder } from "../../node/src/validator/audit/border-search.ts";
import type { BorderQuestion } from "../../node/src/validator/audit/plan.ts";
import { seededRandom } from "../../node/src/validator/canary/draw.ts";
import { drawCanary } from "../../node/src/validator/canary/draw-canary.ts";
import { never, silentLog } from "../support/hosts.ts";
import { accuracyOf, type Example } from "../support/logistic.ts";
import { canaryVisits, clientVisits, featuresOf, type Visit } from "../support/visits.ts";

const MODELS = join(import.meta.dirname, "../../node/models/tiny");
const SEED = Number(process.env["SEED"] ?? 7);
/** In each of two crowds: one to learn from, one to be told. */
const VISITS = 2_400;
/**
 * Chance is a half. A twentieth more is allowed for: visits of one key are alike, so that they say less than as many visits of different
 * keys would, and the share varies by more than its number tells.
 */
const BOUND = 0.55;
const BORDERS = 40;

/** One to learn from, and one to be told: the same for all tests, since none changes them. */
let crowds: readonly [Crowd, Crowd];
beforeAll(async () => {
  const { leadBound } = parseCalibration(readFileSync(join(MODELS, "calibration.json"), "utf8"));
  const modelPath = join(MODELS, "lloom-tiny.gguf");
  await using reference = await openReference({ modelPath, threads: 1 }, { log: silentLog, signal: never });
  const borders: BorderQuestion[] = [];
  for (let number = 0; borders.length < BORDERS; number++) {
    const found = await findBorder(reference, leadBound, seededRandom(SEED + 100, number));
    if (found !== undefined) borders.push(found);
  }
  crowds = [await crowd(1_000 * SEED, borders), await crowd(1_000 * SEED + 500, borders)];
});

/** Visits of canary keys of one validator, and of as many clients: drawn anew, so that no key is in two such crowds. */
interface Crowd {
  readonly canaries: readonly Visit[];
  readonly clients: readonly Visit[];
}

const crowd = async (seed: number, borders: readonly BorderQuestion[]): Promise<Crowd> => ({
  canaries: await canaryVisits(VISITS / 2, borders, seededRandom(seed)),
  clients: clientVisits(VISITS / 2, seededRandom(seed + 1)),
});
const examples = ({ canaries, clients }: Crowd): Example[] => [
  ...canaries.map((visit) => ({ features: featuresOf(visit), isOne: true })),
  ...clients.map((visit) => ({ features: featuresOf(visit), isOne: false })),
];

/** Learns from one crowd whose canaries are known, and tells the share of another's visits that it takes for what they are. */
function told(leak: (visit: Visit, number: number) => Visit = (visit) => visit): number {
  const leaking = ({ canaries, clients }: Crowd): Crowd => ({ canaries: canaries.map(leak), clients });
  const [learnt, asked] = crowds;
  return accuracyOf(examples(leaking(learnt)), examples(leaking(asked)));
}

describe(`a classifier of visits (seed ${SEED})`, () => {
  it("does no better than chance on canaries, border inputs among them", () => {
    const accuracy = told();
    process.stdout.write(`right in ${accuracy.toFixed(3)} of ${VISITS}; the bound is ${BOUND}\n`);
    expect(accuracy).toBeLessThan(BOUND);
  });

  it.each<[string, (visit: Visit, number: number) => Visit]>([
    [
      "settings that change from question to question",
      (visit, number) => ({
        ...visit,
        questions: visit.questions.map((_, index) => drawCanary(seededRandom(SEED + 2, number * 6 + index))),
      }),
    ],
    [
      "times that have nothing to do with each other",
      (visit, number) => {
        const random = seededRandom(SEED + 3, number);
        return { ...visit, times: visit.times.map(() => random() * 3_480).sort((a, b) => a - b) };
      },
    ],
    ["an odd amount", (visit) => ({ ...visit, deposit: 3_141_592n })],
    ["a new key each time", (visit) => ({ ...visit, ageDays: 0 })],
    ["a trace that is asked for with each answer", (visit) => ({ ...visit, tracesAt: visit.times[0] ?? 0 })],
  ])("would find %s", (_, leak) => {
    expect(told(leak)).toBeGreaterThan(BOUND + 0.05);
  });
});
