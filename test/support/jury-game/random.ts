/** Random courses of disputes, the same for the same seed. */
import { CHOICES, type Choice, type Course, FIRST_PANEL, findingOf, SECOND_PANEL } from "./rules.ts";

/** Numbers from 0 to below 1: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const quarterOf = (candidates: number): number => Math.floor(candidates / 4);

const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const USUAL: readonly Choice[] = ["mismatch", "mismatch", "match", "match", "insufficient", "absent"];

/** Votes of a panel: mostly one way, so that it often finds something. */
function sampleVotes(random: () => number, size: number): Choice[] {
  const common = pick(random, USUAL);
  return Array.from({ length: size }, () => (random() < 0.75 ? common : pick(random, CHOICES)));
}

/** A dispute that is fought: one panel or two, an appeal or none, and whatever the arbitrator says. */
export function sampleCourse(random: () => number): Course {
  const first = sampleVotes(random, FIRST_PANEL);
  const found = findingOf(first) !== "nothing";
  const appealed = found && random() < 0.6;
  if (found && !appealed) return { conceded: false, panels: [first], appealed };
  const panels = [first, sampleVotes(random, SECOND_PANEL)];
  const ruling = pick(random, [undefined, "mismatch", "match", "refused"] as const);
  return { conceded: false, panels, appealed, ...(ruling === undefined ? {} : { ruling }) };
}
