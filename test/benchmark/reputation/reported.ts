/**
 * When audits report an executor (`isReported`): how soon one that turns to cheating, and how many validators it takes to have an
 * honest one reported, or to keep a cheat from it. One executor at a time, in as many drawn histories as are asked for.
 */
import { toNumber } from "../../../protocol/src/reputation/fixed-point.ts";
import { emptyReputation, fold } from "../../../protocol/src/reputation/fold.ts";
import { isReported, type Standing } from "../../../protocol/src/reputation/standing.ts";
import { standingsOf } from "../../../protocol/src/reputation/standings-tree.ts";
import { seeded } from "../../../protocol/test/seeded.ts";
import { CHEAT, epochAfter, numbered, RULES, reportedShare, type World } from "./world.ts";

/** Who audits it how often, and which of that is reported. */
export type Audited = Pick<World, "validators" | "auditsADay" | "reports">;

interface Life {
  /** Chance to pass an audit, by the day. */
  readonly passes: (day: number) => number;
  /** Validators that say the same of it whatever it does. */
  readonly liars: number;
  readonly say: "passed" | "failed";
}

const DAYS = 60;
const STAKE = 3n * RULES.minimumStake;
const HONEST = 0.945;
const CHEATS = 0.5;

/** Its standing at the end of each day. */
function standingsIn({ passes, liars, say }: Life, world: Audited, seed: number): Standing[] {
  const random = seeded(seed);
  const state = emptyReputation(RULES);
  const about = { executor: CHEAT, seconds: epochAfter(0) * RULES.epochSeconds };
  fold(state, { kind: "registration", ...about });
  fold(state, { kind: "stake", stake: STAKE, ...about });
  const standings: Standing[] = [];
  let lower = 0;
  for (let day = 0; day < DAYS; day++) {
    const odds = (world.auditsADay / world.validators) * reportedShare(world, lower);
    const seconds = epochAfter(day) * RULES.epochSeconds;
    const epoch = epochAfter(day) - 1n;
    for (let number = 0; number < world.validators; number++)
      for (let left = odds; left > 0; left--) {
        if (random.below(1_000_000) >= left * 1_000_000) continue;
        const isPassed = number < liars ? say === "passed" : random.below(1_000) < passes(day) * 1_000;
        const validator = numbered(2, number);
        fold(state, {
          kind: "audit",
          executor: CHEAT,
          validator,
          epoch,
          outcome: isPassed ? "passed" : "failed",
          seconds,
        });
      }
    const [standing] = standingsOf(state, epochAfter(day + 1));
    if (standing === undefined) continue;
    lower = toNumber(standing.lower);
    standings.push(standing);
  }
  return standings;
}

/** Days from the first cheap answers until grade C and until it is reported; the rest of the time where it never was. */
export function turningDays(
  world: Audited,
  histories: number,
): { readonly gradeC: number[]; readonly reported: number[] } {
  const TURNS = 30;
  const life: Life = { passes: (day) => (day < TURNS ? HONEST : CHEATS), liars: 0, say: "passed" };
  const [gradeC, reported]: [number[], number[]] = [[], []];
  for (let history = 0; history < histories; history++) {
    const after = standingsIn(life, world, history).slice(TURNS);
    const first = (is: (standing: Standing) => boolean): number => after.findIndex(is) + 1 || after.length + 1;
    gradeC.push(first(({ grade }) => grade === "C"));
    reported.push(first(isReported));
  }
  return { gradeC, reported };
}

/** The share of its days on which an executor that passes so many of its audits is reported, with nobody lying. */
export function reportedDays(world: Audited, passes: number, histories: number): number {
  const life: Life = { passes: () => passes, liars: 0, say: "passed" };
  const days = Array.from({ length: histories }, (_, history) => standingsIn(life, world, history)).flat();
  return days.filter(isReported).length / days.length;
}

/** The fewest validators by which an honest executor is reported at the end of any history; undefined if all but one are too few. */
export const fewestSlanderers = (world: Audited, histories: number): number | undefined =>
  fewest(world, histories, (liars) => ({
    life: { passes: () => HONEST, liars, say: "failed" },
    has: (standings) => standings.slice(-1).some(isReported),
  }));

/** The fewest by which a cheat is not reported at the end of any history. */
export const fewestShields = (world: Audited, histories: number): number | undefined =>
  fewest(world, histories, (liars) => ({
    life: { passes: () => CHEATS, liars, say: "passed" },
    has: (standings) => !standings.slice(-1).some(isReported),
  }));

function fewest(
  world: Audited,
  histories: number,
  played: (liars: number) => { readonly life: Life; readonly has: (standings: readonly Standing[]) => boolean },
): number | undefined {
  for (let liars = 0; liars < world.validators; liars++) {
    const { life, has } = played(liars);
    for (let history = 0; history < histories; history++) if (has(standingsIn(life, world, history))) return liars;
  }
  return undefined;
}
