import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../checkout/paths.ts";
import { type Audited, fewestShields, fewestSlanderers, reportedDays, turningDays } from "./reputation/reported.ts";
import { type Day, type Played, playScenario } from "./reputation/run-scenario.ts";
import { SCENARIOS, type Scenario } from "./reputation/scenarios.ts";
import { bestStrategy, type Found } from "./reputation/strategies.ts";
import { type Line, trustPlot } from "./reputation/trust-plot.ts";
import type { BenchRow } from "./rows.ts";
import { percentile } from "./serving/percentile.ts";

const SEED = 20_261_129;
const PLOT = "docs/reputation.svg";

/** Trust and rank under attacks, with the study's formula as the reference, and what a cheat that searches can gain. */
export async function run(): Promise<BenchRow[]> {
  const played = SCENARIOS.map((scenario) => ({ scenario, ...playScenario(scenario, SEED) }));
  writeFileSync(join(ROOT, PLOT), plotOf(new Map(played.map(({ scenario, days }) => [scenario.name, days]))));
  console.log(`${PLOT}: written (seed ${SEED})\n`);
  return [
    ...played.flatMap(({ scenario, ...result }) => rowsOf(scenario, result)),
    ...AUDITED.flatMap(reportedRows),
    ...searchRows(),
  ];
}

const HISTORIES = 40;
const DEFAULT_ODDS = { validators: 16, auditsADay: 24 } as const;
/** The worlds of the report for one executor, and that of a deployment with its visits. */
const AUDITED: readonly (Audited & { readonly name: string })[] = [
  { name: "ten", validators: 10, auditsADay: 2 },
  { name: "thirty", validators: 30, auditsADay: 2 },
  { name: "default-odds-visits", ...DEFAULT_ODDS, reports: "visits" },
  { name: "default-odds-returning", ...DEFAULT_ODDS, reports: "returning" },
];

/** How soon who turns to cheating is found out, and how many validators can have anybody reported, or keep it from a cheat. */
function reportedRows({ name, ...world }: (typeof AUDITED)[number]): BenchRow[] {
  const { gradeC, reported } = turningDays(world, HISTORIES);
  const row = (figure: string, value: number | undefined, unit: string): BenchRow => ({
    ...{ name: `reported.${name}.${figure}`, value: value ?? Number.NaN, unit, met: true },
  });
  return [
    row("turns.grade-c.p50", percentile(gradeC, 0.5), "days"),
    row("turns.grade-c.p95", percentile(gradeC, 0.95), "days"),
    row("turns.reported.p50", percentile(reported, 0.5), "days"),
    row("turns.reported.p95", percentile(reported, 0.95), "days"),
    row("careless-honest.days", reportedDays(world, 0.9, HISTORIES), "of days"),
    row("slanderers.fewest", fewestSlanderers(world, HISTORIES / 4), `of ${world.validators}`),
    row("shields.fewest", fewestShields(world, HISTORIES / 4), `of ${world.validators}`),
  ];
}

function rowsOf({ name, cheatIsLast, victimAtLeast }: Scenario, played: Played): BenchRow[] {
  const { outcome, studied, successRate, executors, reportedOn, honestReported, grades, honestAudits } = played;
  const rank = { value: outcome.cheatRank, unit: `of ${executors}`, reference: studied.cheatRank };
  return [
    cheatIsLast
      ? { name: `${name}.cheat.rank`, ...rank, target: executors, met: outcome.cheatRank === executors }
      : { name: `${name}.cheat.rank`, ...rank, met: true },
    compared(`${name}.cheat`, outcome.cheat, studied.cheat),
    victimAtLeast === undefined
      ? compared(`${name}.victim`, outcome.victim, studied.victim)
      : {
          ...compared(`${name}.victim`, outcome.victim, studied.victim),
          target: victimAtLeast,
          met: outcome.victim >= victimAtLeast,
        },
    compared(`${name}.honest.median`, outcome.median, studied.median),
    compared(`${name}.honest.least`, outcome.least, studied.least),
    { name: `${name}.cheat.reported.day`, value: reportedOn ?? Number.NaN, unit: "day", met: true },
    { name: `${name}.honest.reported`, value: honestReported, unit: "of honest", target: 0, met: honestReported === 0 },
    ...(["A", "B", "C", "newcomer"] as const).map((grade) => ({
      ...{ name: `${name}.honest.grade.${grade}`, value: grades[grade], unit: "of honest", met: true },
    })),
    { name: `${name}.honest.audits`, value: honestAudits, unit: "audits", met: true },
    { name: `${name}.cheat.receipts`, value: successRate.cheat, unit: "good", met: true },
    { name: `${name}.victim.receipts`, value: successRate.victim, unit: "good", met: true },
  ];
}

const compared = (name: string, value: number, reference: number): BenchRow => ({
  name,
  value,
  unit: "trust",
  reference,
  ratio: value / reference,
  met: true,
});

const MARKETS = [
  { name: "alone", market: { auditsADay: 2, power: 1 }, accomplices: 0 },
  { name: "alone-picky-clients", market: { auditsADay: 2, power: 4 }, accomplices: 0 },
  { name: "with-third-of-validators", market: { auditsADay: 2, power: 1 }, accomplices: 3 },
  { name: "default-odds-with-third", market: { auditsADay: 10, power: 1 }, accomplices: 3 },
] as const;

function searchRows(): BenchRow[] {
  return MARKETS.map(({ name, ...game }) => {
    const { strategy, gain } = bestStrategy(game, { tries: 80, seed: SEED });
    console.log(`search.${name}: ${told(strategy)}`);
    return { name: `search.${name}.gain`, value: gain, unit: "of honest", met: true };
  });
}

const told = ({ begins, cheats, rests, part, washLock, washClients, stake, accomplices }: Found["strategy"]): string =>
  `begins on day ${begins}, cheats ${cheats} days in ${part * 100} % of answers, rests ${rests}; ` +
  `${washLock} tokens at ${washClients} clients of its own, ${stake} minimum stakes, ${accomplices} validators`;

/** Colours that people with any kind of sight tell apart (Okabe and Ito). */
const LINES: readonly { label: string; color: string; scenario: string; who: "cheat" | "victim" }[] = [
  { label: "cheat (passes half its audits)", color: "#d55e00", scenario: "none", who: "cheat" },
  { label: "… that behaves for 45 days", color: "#e69f00", scenario: "behaves-45-days", who: "cheat" },
  { label: "… with 10 000 washes a day", color: "#cc79a7", scenario: "wash-10000", who: "cheat" },
  { label: "… with a third of the validators", color: "#0072b2", scenario: "validators-third", who: "cheat" },
  { label: "honest, slandered by that third", color: "#56b4e9", scenario: "validators-third", who: "victim" },
  {
    label: "… at the default odds of audits",
    color: "#009e73",
    scenario: "default-odds-validators-third",
    who: "victim",
  },
];

function plotOf(days: ReadonlyMap<string, readonly Day[]>): string {
  const lines = LINES.map(({ scenario, who, ...line }): Line => {
    const points = (days.get(scenario) ?? []).map((day) => ({ day: day.day, trust: day[who] }));
    return { ...line, points };
  });
  return trustPlot({ honest: days.get("none") ?? [], lines });
}
