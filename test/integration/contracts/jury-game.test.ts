import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Market, openMarket } from "../../support/contracts/market.ts";
import { Table } from "../../support/jury-game/play.ts";
import { quarterOf, randomFrom, sampleCourse } from "../../support/jury-game/random.ts";
import {
  type Course,
  endOf,
  FINES,
  feeOf,
  fineOf,
  isPaid,
  payoutOf,
  type Side,
} from "../../support/jury-game/rules.ts";
import { type Game, Search } from "../../support/jury-game/search.ts";

const ROOT = join(import.meta.dirname, "../../..");
const SEED = Number(process.env["JURY_GAME_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const MINUTE = 60_000;

const UNIT = 1_000_000n;
const COST = 10n * UNIT;
const PRICE = 20n * UNIT;
const NOBODY: ReadonlySet<Side> = new Set();
const EXECUTOR: ReadonlySet<Side> = new Set(["executor"]);
const CHALLENGER: ReadonlySet<Side> = new Set(["challenger"]);
const BOTH: ReadonlySet<Side> = new Set(["executor", "challenger"]);

/** Candidates and members: up to a quarter, from the smallest network that has both panels. */
const sizes = (random: () => number): (readonly [candidates: number, members: number])[] => {
  const drawn = 20 + Math.floor(random() * 16);
  return [
    [16, 1],
    [16, 4],
    [30, 7],
    [drawn, quarterOf(drawn)],
  ];
};

/** The smallest penalty, one in between, and one that is a hundred times the arbitrator's price. */
const penalties = (random: () => number): bigint[] => [16n, 20n + BigInt(Math.floor(random() * 500)), 2_000n];

/** What is possible: a complaint is true or not, jurors can see that or not, and there is an arbitrator or not. */
const SITUATIONS = [true, false].flatMap((arbitrator) =>
  [true, false].flatMap((guilty) => [true, false].map((evidence) => ({ arbitrator, guilty, evidence }))),
);

/** Every situation of these parties, for all sizes and penalties. */
function gamesOf(parties: ReadonlySet<Side>, fits: (game: Game) => boolean = () => true): Game[] {
  const random = randomFrom(SEED);
  const stakes = penalties(random).map((penalty) => ({ penalty: penalty * UNIT, cost: COST, price: PRICE }));
  return sizes(random)
    .flatMap(([candidates, members]) => stakes.map((at) => ({ candidates, members, stakes: at })))
    .flatMap((size) =>
      SITUATIONS.map((situation): Game => ({ ...size, ...situation, parties, colludes: true, away: 0, goal: "money" })),
    )
    .filter(fits);
}

/** A complaint that is true, and that jurors can see to be. */
const isShown = ({ guilty, evidence }: Game): boolean => guilty && evidence;
const gainOver = (game: Game, otherwise: number): number => new Search(game).value() - otherwise;
const honestly = (game: Game): number => new Search({ ...game, colludes: false }).value();
const inTokens = (units: number): string => (units / Number(UNIT)).toFixed(2);
/** Sums of products of chances and of amounts up to 10^10 are exact to far below one base unit. */
const LESS_THAN_A_UNIT = 0.01;

function expectNoGain(games: readonly Game[], otherwise: (game: Game) => number): void {
  expect(games.length).toBeGreaterThan(20);
  for (const game of games) {
    const gain = gainOver(game, otherwise(game));
    const what = JSON.stringify(game, (_, value) =>
      value instanceof Set ? [...value] : typeof value === "bigint" ? `${value}` : value,
    );
    expect(gain, `seed ${SEED}: ${what}`).toBeLessThan(LESS_THAN_A_UNIT);
  }
}

describe(`the game of a jury, seed ${SEED}`, () => {
  it(
    "gives a quarter of the candidates no gain over voting what they see",
    () => {
      expectNoGain(gamesOf(NOBODY), honestly);
    },
    2 * MINUTE,
  );

  it(
    "gives a guilty executor with a quarter of the candidates no gain over conceding",
    () => {
      expectNoGain(gamesOf(EXECUTOR, isShown), honestly);
    },
    2 * MINUTE,
  );

  it(
    "gives nobody with a quarter of the candidates a gain by a false complaint",
    () => {
      expectNoGain(
        gamesOf(CHALLENGER, ({ guilty }) => !guilty),
        () => 0,
      );
    },
    2 * MINUTE,
  );

  it(
    "gives nobody with a quarter of the candidates a gain by a dispute with itself",
    () => {
      expectNoGain(gamesOf(BOTH), () => 0);
    },
    2 * MINUTE,
  );

  it(
    "leaves an honest challenger with more than it had, whatever a quarter does to it",
    () => {
      for (const game of gamesOf(EXECUTOR, isShown)) {
        // Its cost back, and of a conceded penalty 30 % at least.
        const least = Number(COST + (game.stakes.penalty * 3n) / 40n);
        expect(-new Search({ ...game, goal: "challenger" }).value()).toBeGreaterThan(least - LESS_THAN_A_UNIT);
      }
    },
    2 * MINUTE,
  );

  it(
    "leaves an honest executor that can show its answers with more than it had",
    () => {
      for (const game of gamesOf(CHALLENGER, ({ guilty, evidence }) => !guilty && evidence)) {
        expect(-new Search({ ...game, goal: "executor" }).value()).toBeGreaterThan(0);
      }
    },
    2 * MINUTE,
  );

  it(
    "makes an honest juror pay for a lie of the others in less than one case in thirty",
    () => {
      for (const parties of [EXECUTOR, CHALLENGER]) {
        for (const game of gamesOf(parties, ({ guilty, evidence }) => evidence && guilty === (parties === EXECUTOR))) {
          expect(new Search({ ...game, goal: "falsehood" }).value()).toBeLessThan(1 / 30);
        }
      }
    },
    2 * MINUTE,
  );

  it(
    "gives a quarter no gain by calling jurors of whom as many are away, and voters less than half a fee",
    () => {
      const [candidates, members] = [30, 7];
      const withAway = (games: readonly Game[]): Game[] =>
        games.filter((game) => game.members === members).map((game) => ({ ...game, candidates, away: members }));
      const [own, calling] = [
        withAway(gamesOf(EXECUTOR, isShown)),
        withAway([...gamesOf(BOTH), ...gamesOf(CHALLENGER)]),
      ];
      expect(calling.length).toBeGreaterThan(20);
      for (const game of own) expect(gainOver(game, honestly(game))).toBeLessThan(LESS_THAN_A_UNIT);
      for (const game of calling) {
        // Who complains truly of others may.
        if (game.guilty && !game.parties.has("executor")) continue;
        expect(gainOver(game, 0)).toBeLessThan(LESS_THAN_A_UNIT);
      }
      for (const game of withAway(gamesOf(NOBODY))) {
        expect(gainOver(game, honestly(game))).toBeLessThan(Number(feeOf(game.stakes)) / 2);
      }
    },
    2 * MINUTE,
  );

  it(
    "finds what gains where there is something: a majority, and a free verdict",
    () => {
      const stakes = { penalty: 40n * UNIT, cost: COST, price: PRICE };
      const common = {
        stakes,
        candidates: 30,
        evidence: true,
        arbitrator: false,
        colludes: true,
        away: 0,
        goal: "money",
      } as const;
      const accusing: Game = { ...common, members: 16, parties: CHALLENGER, guilty: false };
      expect(gainOver(accusing, 0)).toBeGreaterThan(0);
      const fighting: Game = { ...common, members: 22, parties: EXECUTOR, guilty: true };
      expect(gainOver(fighting, honestly(fighting))).toBeGreaterThan(0);
    },
    MINUTE,
  );

  it(
    "has the figures that its page tells",
    () => {
      const page = readFileSync(join(ROOT, "docs/contracts-measured.md"), "utf8");
      const stakes = { penalty: 40n * UNIT, cost: COST, price: PRICE };
      const common = { stakes, candidates: 40, colludes: true, away: 0 } as const;
      const rows = [4, 8, 10, 12, 16, 20].map((members) => {
        const pair = (figure: (at: Pick<Game, "arbitrator" | "members">) => string): string =>
          [false, true].map((arbitrator) => figure({ arbitrator, members })).join(", ");
        const shown = { ...common, guilty: true, evidence: true } as const;
        const falsehoods = pair((at) => {
          const lying: Game = { ...shown, ...at, parties: EXECUTOR, goal: "falsehood" };
          return `${(100 * new Search(lying).value()).toFixed(1)} %`;
        });
        const complaints = pair((at) => {
          const accusing: Game = {
            ...common,
            ...at,
            parties: CHALLENGER,
            guilty: false,
            evidence: false,
            goal: "money",
          };
          return inTokens(new Search(accusing).value());
        });
        const votes = pair((at) => {
          const voting: Game = { ...shown, ...at, parties: NOBODY, goal: "money" };
          return inTokens(gainOver(voting, honestly(voting)));
        });
        return `| ${members} of 40 | ${falsehoods} | ${complaints} | ${votes} |`;
      });
      expect(rows.filter((row) => !page.includes(row))).toEqual([]);
    },
    2 * MINUTE,
  );
});

describe(`the contracts, in courses drawn by seed ${SEED}`, () => {
  let market: Market;
  let table: Table;
  beforeAll(async () => {
    market = await openMarket();
    table = await Table.open(market, 20);
  }, 2 * MINUTE);
  afterAll(() => market.connection.close());

  const random = randomFrom(SEED);
  const fixed: Course[] = [{ conceded: true, panels: [], appealed: false }];
  const courses = [...fixed, ...Array.from({ length: 11 }, () => sampleCourse(random))];

  it.each(courses.map((course) => [JSON.stringify(course), course] as const))(
    "pay to the unit: %s",
    async (_, course) => {
      const played = await table.play(course);
      const { end, truth } = endOf(course);
      const payout = payoutOf({ penalty: played.penalty, cost: played.cost, price: PRICE }, end);
      const jurors = course.panels.map((votes) =>
        votes.map((choice) => (isPaid(choice, truth) ? payout.perJuror : 0n) - fineOf(choice, truth)),
      );
      const fines = course.panels.flat().reduce((sum, choice) => sum + fineOf(choice, truth), 0n);
      expect(FINES.absent).toBe(10n * UNIT);
      expect(played).toEqual({
        penalty: 2_000n * UNIT,
        cost: played.cost,
        challenger: payout.challenger,
        executor: payout.executor,
        jurors,
        others: payout.others + fines,
      });
    },
    2 * MINUTE,
  );
});
