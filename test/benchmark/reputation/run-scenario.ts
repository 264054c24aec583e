/** A scenario, played with the fold and the formula that everybody uses. */
import { toNumber } from "../../../protocol/src/reputation/fixed-point.ts";
import { emptyReputation, fold } from "../../../protocol/src/reputation/fold.ts";
import { type Grade, isReported } from "../../../protocol/src/reputation/standing.ts";
import { type ExecutorStanding, standingsOf } from "../../../protocol/src/reputation/standings-tree.ts";
import { seeded } from "../../../protocol/test/seeded.ts";
import type { Scenario } from "./scenarios.ts";
import { StudiedFormula } from "./studied-formula.ts";
import { CHEAT, epochAfter, eventsOfDay, RULES, victimOf } from "./world.ts";

/** What came of one formula at the end. */
export interface Outcome {
  /** From 1, for the most trusted, to the number of executors. */
  readonly cheatRank: number;
  readonly cheat: number;
  readonly victim: number;
  /** Of the honest. */
  readonly median: number;
  readonly least: number;
}

/** Trust by the day, for the plot. */
export interface Day {
  readonly day: number;
  readonly cheat: number;
  readonly victim: number;
  /** The honest at the 5th, 50th and 95th hundredth. */
  readonly honest: readonly [number, number, number];
}

export interface Played {
  readonly outcome: Outcome;
  readonly studied: Outcome;
  /** Share of good receipts: what a chain without audits would say of the two. */
  readonly successRate: { readonly cheat: number; readonly victim: number };
  readonly executors: number;
  readonly days: readonly Day[];
  /** Day on which the cheat was reported first, if it ever was; and honest executors that are at the end. */
  readonly reportedOn: number | undefined;
  readonly honestReported: number;
  /** Honest executors by grade at the end. */
  readonly grades: Readonly<Record<Grade, number>>;
  /** Audits of an honest executor that still count at the end, on average. */
  readonly honestAudits: number;
}

export function playScenario({ world, attack, isPlotted }: Scenario, seed: number): Played {
  let lower = new Map<string, number>();
  const lowerOf = (executor: string): number => lower.get(executor) ?? 0;
  const draws = { audits: seeded(seed), traffic: seeded(seed + 1), lowerOf };
  const state = emptyReputation(RULES);
  const studied = new StudiedFormula();
  const days: Day[] = [];
  const victim = victimOf(world);
  let reportedOn: number | undefined;
  for (let day = 0; day < world.days; day++) {
    const known = standingsOf(state, epochAfter(day));
    lower = new Map(known.map((standing) => [standing.executor, toNumber(standing.lower)]));
    const cheat = known.find(({ executor }) => executor === CHEAT);
    if (cheat !== undefined && isReported(cheat)) reportedOn ??= day;
    if (isPlotted && day % 5 === 0) days.push(dayOf(day, standingsOf(state, epochAfter(day)), victim));
    for (const event of eventsOfDay(world, attack, day, draws)) {
      if (event.kind !== "complaint") fold(state, event);
      studied.take(event);
    }
  }
  const standings = standingsOf(state, epochAfter(world.days));
  days.push(dayOf(world.days, standings, victim));
  const honest = standings.filter(({ executor }) => executor !== CHEAT);
  const seconds = Number(epochAfter(world.days) * RULES.epochSeconds);
  const byStudy = standings.map(({ executor }) => ({ executor, trust: studied.trust(executor, seconds) }));
  const ours = standings.map(({ executor, trust }) => ({ executor, trust: toNumber(trust) }));
  return {
    outcome: outcomeOf(ours, victim),
    studied: outcomeOf(byStudy, victim),
    successRate: { cheat: studied.successRate(CHEAT), victim: studied.successRate(victim) },
    executors: standings.length,
    ...{ days, reportedOn, honestReported: honest.filter(isReported).length, grades: gradesOf(honest) },
    honestAudits: honest.reduce((sum, { passed, failed }) => sum + toNumber(passed + failed), 0) / honest.length,
  };
}

function gradesOf(standings: readonly ExecutorStanding[]): Record<Grade, number> {
  const grades = { A: 0, B: 0, C: 0, newcomer: 0 };
  for (const { grade } of standings) grades[grade]++;
  return grades;
}

interface Trusted {
  readonly executor: string;
  readonly trust: number;
}

function outcomeOf(all: readonly Trusted[], victim: string): Outcome {
  const of = (address: string): number => all.find(({ executor }) => executor === address)?.trust ?? 0;
  const honest = sorted(all.filter(({ executor }) => executor !== CHEAT).map(({ trust }) => trust));
  const cheat = of(CHEAT);
  return {
    cheatRank: 1 + honest.filter((trust) => trust >= cheat).length,
    cheat,
    victim: of(victim),
    median: quantile(honest, 0.5),
    least: honest[0] ?? 0,
  };
}

function dayOf(day: number, standings: readonly ExecutorStanding[], victim: string): Day {
  const of = (address: string) => toNumber(standings.find(({ executor }) => executor === address)?.trust ?? 0n);
  const others = standings.filter(({ executor }) => executor !== CHEAT && executor !== victim);
  const honest = sorted(others.map(({ trust }) => toNumber(trust)));
  const band = [quantile(honest, 0.05), quantile(honest, 0.5), quantile(honest, 0.95)] as const;
  return { day, cheat: of(CHEAT), victim: of(victim), honest: band };
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const quantile = (ascending: readonly number[], part: number): number =>
  ascending[Math.floor(part * (ascending.length - 1))] ?? 0;
