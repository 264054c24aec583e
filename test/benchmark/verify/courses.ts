import type { Calibration } from "@lloom/protocol/verification/calibration";
import { COMPLAINING_TIMES, convicts, isFar, type ShownProof } from "@lloom/protocol/verification/conviction";
import { factorOf } from "@lloom/protocol/verification/judge-answer";
import { CANARY_WINDOW, type CanaryEvidence, sumEvidence } from "@lloom/protocol/verification/sequential-test";
import { seededRandom } from "../../../node/src/validator/canary/draw.ts";
import type { AnsweredCanary, MeasuredCanary } from "./answers.ts";

/** Courses of each kind. */
export const RUNS = 400;
/** Answers after which a cheat counts as never found. */
const MOST_ANSWERS = 2000;

export interface Course {
  /** Answers until it is found; infinite: never. */
  readonly answers: number;
  /** Tokens of these answers that were paid. */
  readonly tokens: number;
  /** Base units that they cost. */
  readonly cost: number;
}

interface Playing<Answer> {
  readonly draw: (random: () => number) => Answer | undefined;
  /** Whether all so far tell the cheat; asked after each. */
  readonly isFound: (so: readonly Answer[]) => boolean;
}

/** Courses of seeds from 0, each of answers that are drawn until the cheat is found. */
function play<Answer extends AnsweredCanary>({ draw, isFound }: Playing<Answer>): Course[] {
  return Array.from({ length: RUNS }, (_, run): Course => {
    const random = seededRandom(run, 1);
    const seen: Answer[] = [];
    let [tokens, cost] = [0, 0];
    while (seen.length < MOST_ANSWERS) {
      const one = draw(random);
      if (one === undefined) break;
      seen.push(one);
      tokens += one.tokens;
      cost += one.cost;
      if (isFound(seen)) return { answers: seen.length, tokens, cost };
    }
    return { answers: Number.POSITIVE_INFINITY, tokens: Number.POSITIVE_INFINITY, cost: Number.POSITIVE_INFINITY };
  });
}

const drawFrom = <Answer>(answers: readonly Answer[], random: () => number): Answer | undefined =>
  answers[Math.floor(random() * answers.length)];

/** A cheat whose every answer tells it or not: the client that was sent it looks. */
export function clientCourses<Answer extends AnsweredCanary>(
  answers: readonly Answer[],
  isFound: (answer: Answer) => boolean,
): Course[] {
  return play<Answer>({
    draw: (random) => drawFrom(answers, random),
    isFound: (so) => so.slice(-1).some(isFound),
  });
}

export interface AuditedCheat {
  readonly cheated: readonly MeasuredCanary[];
  /** Answers of the same node when it is honest. */
  readonly honest: readonly MeasuredCanary[];
  /** Part of its answers that it cheats with. */
  readonly share: number;
  readonly calibration: Calibration;
  /** What it takes: a dispute, or a million to one alone, which moves reports. */
  readonly until?: "disputed" | "suspected";
}

/** Canaries until the sequential test is through, and those that a jury takes convict. Each that is drawn stands for another one. */
export function auditCourses({ cheated, honest, share, calibration, until = "disputed" }: AuditedCheat): Course[] {
  const factors = new Map(
    [...cheated, ...honest].map((one): [MeasuredCanary, CanaryEvidence] => [
      one,
      { factor: factorOf(one, calibration).factor ?? 1 },
    ]),
  );
  const evidence = (one: MeasuredCanary): CanaryEvidence => factors.get(one) ?? { factor: 1 };
  const far = new Set([...cheated, ...honest].filter(({ figures }) => isFar(figures, calibration, COMPLAINING_TIMES)));
  const proof = (one: MeasuredCanary, index: number): ShownProof => ({
    key: String(index),
    proof: far.has(one) ? "distance" : undefined,
  });
  return play<MeasuredCanary>({
    draw: (random) => drawFrom(random() < share ? cheated : honest, random),
    // Only what speaks against it can be the last.
    isFound: (so) =>
      so.slice(-1).some((one) => evidence(one).factor > 1) &&
      sumEvidence(so.map(evidence)).mayDispute &&
      (until === "suspected" || convicts(so.slice(-CANARY_WINDOW).map(proof))),
  });
}

/** Of sorted values the one below which so many of them lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
