import type { Random } from "./draw.ts";

/** Between two questions of one client: their median in seconds, and how widely they spread (of the logarithm). */
export const GAP = { medianSeconds: 45, spread: 1.2 } as const;
/** Visits that are drawn to find one that fits; and the share of the time there is that one takes at most if none did. */
const [MOST_TRIES, LONGEST] = [200, 0.8];

/**
 * When somebody asks who pauses so long between questions, from 0 to below `span` seconds: in a row, each after the last was read. Of
 * visits that begin at any time, one that is over before the end: cut or moved ones would be shorter, or later, than those of clients.
 */
export function visitTimes(gaps: () => readonly number[], span: number, random: Random): number[] {
  let times: number[] = [];
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    times = [random() * span];
    for (const gap of gaps()) times.push((times.at(-1) ?? 0) + gap);
    if ((times.at(-1) ?? 0) < span) return times;
  }
  // An epoch too short for such visits: the last one, faster.
  const [first = 0] = times;
  const pace = (span * LONGEST) / Math.max(1, (times.at(-1) ?? 0) - first);
  return times.map((time) => (time - first) * pace);
}

/** Log-normal, by the method of Box and Muller. */
export function drawGap(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return GAP.medianSeconds * Math.exp(GAP.spread * normal);
}
