import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../checkout/paths.ts";
import { type Day, type Played, playScenario } from "./reputation/run-scenario.ts";
import { SCENARIOS, type Scenario } from "./reputation/scenarios.ts";
import { bestStrategy, type Found } from "./reputation/strategies.ts";
import { type Line, trustPlot } from "./reputation/trust-plot.ts";
import type { BenchRow } from "./rows.ts";

const SEED = 20_261_129;
const PLOT = "docs/reputation.svg";

/** Trust and rank under attacks, with the study's formula as the reference, and what a cheat that searches can gain. */
export async function run(): Promise<BenchRow[]> {
  const played = SCENARIOS.map((scenario) => ({ scenario, ...playScenario(scenario, SEED) }));
  writeFileSync(join(ROOT, PLOT), plotOf(new Map(played.map(({ scenario, days }) => [scenario.name, days]))));
  console.log(`${PLOT}: written (seed ${SEED})\n`);
  return [...played.flatMap(({ scenario, ...result }) => rowsOf(scenario, result)), ...searchRows()];
}

function rowsOf({ name, cheatIsLast, victimAtLeast }: Scenario, played: Played): BenchRow[] {
  const { outcome, studied, successRate, executors } = played;
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
