import type { Calibration } from "@lloom/protocol/verification/calibration";
import { factorOf } from "@lloom/protocol/verification/judge-answer";
import { type CanaryEvidence, sumEvidence } from "@lloom/protocol/verification/sequential-test";
import { seededRandom } from "../../../node/src/validator/canary/draw.ts";
import type { AnsweredCanary } from "./answers.ts";

/** Canaries after which a cheat counts as never found. */
const MOST_CANARIES = 2000;

export interface Course {
  /** Canaries until a dispute may be opened; `undefined`: never. */
  readonly canaries: number | undefined;
  /** Tokens of their answers. */
  readonly tokens: number;
}

export interface CoursesOf {
  readonly cheated: readonly AnsweredCanary[];
  /** Answers of the same node when it is honest. */
  readonly honest: readonly AnsweredCanary[];
  /** Part of its answers that it cheats with. */
  readonly share: number;
  readonly calibration: Calibration;
  readonly runs: number;
}

/** Canaries drawn again and again from those that were really answered, until the sequential test is through. */
export function courses({ cheated, honest, share, calibration, runs }: CoursesOf): Course[] {
  const evidence = (one: AnsweredCanary): CanaryEvidence => ({ factor: factorOf(one, calibration).factor ?? 1 });
  const [wrong, right] = [cheated.map(evidence), honest.map(evidence)];
  return Array.from({ length: runs }, (_, run): Course => {
    const random = seededRandom(run, 1);
    const seen: CanaryEvidence[] = [];
    let tokens = 0;
    for (let canary = 1; canary <= MOST_CANARIES; canary++) {
      const isWrong = random() < share;
      const [from, found] = isWrong ? [cheated, wrong] : [honest, right];
      const drawn = Math.floor(random() * from.length);
      tokens += from[drawn]?.tokens ?? 0;
      seen.push(found[drawn] ?? { factor: 1 });
      // Only what speaks against it can be the last.
      if ((seen.at(-1)?.factor ?? 0) > 1 && sumEvidence(seen).mayDispute) return { canaries: canary, tokens };
    }
    return { canaries: undefined, tokens };
  });
}

/** Of sorted values the one below which so many of them lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
