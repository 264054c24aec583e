import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INBOUND_PRICE, OUTBOUND_PRICE } from "../../support/contracts/lane.ts";
import { type Market, openMarket, STAKE } from "../../support/contracts/market.ts";
import { Table } from "../../support/jury-game/play.ts";
import { randomFrom } from "../../support/jury-game/random.ts";
import type { Outcome } from "../../support/jury-game/rules.ts";
import {
  type Complaint,
  type Gains,
  ordersOf,
  playSeveral,
  type Several,
  ways,
} from "../../support/jury-game/several.ts";

const SEED = Number(process.env["JURY_GAME_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const MINUTE = 60_000;
const UNIT = 1_000_000n;
const COST = 10n * UNIT;
/** Of every dispute some sums are rounded, each by less than one unit. */
const ROUNDING = 20n;

/** A fifth, half or all of the stake by strikes; the smallest penalty; a hundred overcharges that are all of the stake. */
const FAULTS: readonly Pick<Complaint, "kind" | "overcharge">[] = [
  { kind: "model", overcharge: 0n },
  { kind: "inflation", overcharge: 1n },
  { kind: "inflation", overcharge: COST * 10n },
];
/** Stakes: the smallest, and one that pays many penalties. With half strikes before, one dispute asks for everything. */
const EXECUTORS = [100n, 2_000n].flatMap((stake) => [0, 2, 4].map((strikes) => ({ stake: stake * UNIT, strikes })));
const ANY: readonly Outcome[] = ["conceded", "upheld", "rejected", "void"];
/** A true complaint with evidence, before honest jurors. */
const GUILTY: readonly Outcome[] = ["conceded", "upheld"];

/** Faults for so many disputes: all of two, some of three, with what was paid held or out of stake. */
function complaintsOf(disputes: number): Complaint[][] {
  const all = ways(new Array<typeof FAULTS>(disputes).fill(FAULTS));
  const random = randomFrom(SEED);
  const some = disputes === 2 ? all : Array.from({ length: 3 }, () => all[Math.floor(random() * all.length)] ?? []);
  return some.flatMap((faults) => [true, false].map((held) => faults.map((fault) => ({ ...fault, cost: COST, held }))));
}

/** Every course of so many disputes, each of which can end so. */
function* coursesOf(outcomes: readonly (readonly Outcome[])[]): Generator<Several> {
  for (const executor of EXECUTORS) {
    for (const complaints of complaintsOf(outcomes.length)) {
      for (const chosen of ways(outcomes)) {
        for (const order of ordersOf(outcomes.length)) {
          const events = order.map(({ dispute, ends }) => ({
            dispute,
            ...(ends && { outcome: chosen[dispute] as Outcome }),
          }));
          yield { ...executor, complaints, events };
        }
      }
    }
  }
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n);
const told = (course: Several): string =>
  `seed ${SEED}: ${JSON.stringify(course, (_, value) => (typeof value === "bigint" ? `${value}` : value))}`;
/** What the executor and its friends, the challengers from the second on, end with; all jurors' fees in a part of them. */
const ofFriends = ({ executor, challengers, jurors }: Gains): bigint =>
  4n * (executor + sum(challengers.slice(1))) + sum(jurors);

describe(`several disputes with one executor, seed ${SEED}`, () => {
  it.each([2, 3])(
    "of %i, in every order and with every end, give the treasury 40 % of all that is taken",
    (disputes) => {
      let courses = 0;
      for (const course of coursesOf(new Array<readonly Outcome[]>(disputes).fill(ANY))) {
        const gains = playSeveral(course);
        const all = gains.executor + sum(gains.challengers) + sum(gains.jurors) + gains.treasury;
        if (all !== 0n) expect(all, told(course)).toBe(0n);
        if ((gains.treasury + ROUNDING) * 10n < gains.taken * 4n) expect(gains, told(course)).toBe("40 % lost");
        courses += 1;
      }
      expect(courses).toBeGreaterThan(10_000);
    },
    5 * MINUTE,
  );

  it.each([2, 3])(
    "of %i leave the one that is honest with no less than it had, and if it came first with its share",
    (disputes) => {
      for (const course of coursesOf([GUILTY, ...new Array<readonly Outcome[]>(disputes - 1).fill(ANY)])) {
        const { challengers, penalties } = playSeveral(course);
        const [own = 0n, penalty = 0n] = [challengers[0], penalties[0]];
        const isFirst = course.events[0]?.dispute === 0;
        const whole = penalty < course.stake ? penalty : course.stake;
        // Of two thirds of what it asks for 30 %, and its cost if the escrow holds it.
        const least = isFirst ? (whole * 2n) / 10n + (course.complaints[0]?.held === true ? COST : 0n) : 0n;
        if (own + ROUNDING < least) expect(own, told(course)).toBe(`${least} at least`);
      }
    },
    5 * MINUTE,
  );

  it.each([2, 3])(
    "of %i gain a guilty executor no share by friends that come later, and by those who came first what slashing itself gives",
    (disputes) => {
      for (const course of coursesOf([GUILTY, ...new Array<readonly Outcome[]>(disputes - 1).fill(ANY)])) {
        const alone = playSeveral({ ...course, events: course.events.filter(({ dispute }) => dispute === 0) });
        const gains = playSeveral(course);
        const gained = ofFriends(gains) - ofFriends(alone);
        // Of the others' fees a quarter is theirs in any case. Nothing can be asked of an executor that has lost everything.
        const fees = sum(gains.jurors.slice(1));
        const first = course.events[0]?.dispute === 0 ? 0n : 4n * ((gains.taken * 6n) / 10n + COST);
        const most = fees + first;
        // The jurors' share is rounded up to parts of 10 000.
        if (gained > most + course.stake / 1_000n) expect(gained, told(course)).toBe(`${most} at most`);
      }
    },
    5 * MINUTE,
  );
});

/** What the answers that are played cost. */
const PLAYED_COST = (812n * INBOUND_PRICE + 345n * OUTBOUND_PRICE + 999_999n) / 1_000_000n;

/**
 * A dispute that is upheld, after which one fault about a model asks for half of the stake; then three at once, which ask for more
 * than there is and end in any order. A concession comes before all verdicts: those take days.
 */
function sampleCourse(random: () => number): Several {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const ends = [1, 2, 3].map((dispute) => ({ dispute, outcome: pick(ANY), at: random() }));
  ends.sort(
    (one, other) => Number(other.outcome === "conceded") - Number(one.outcome === "conceded") || one.at - other.at,
  );
  const events = [
    { dispute: 0 },
    { dispute: 0, outcome: "upheld" as const },
    ...[1, 2, 3].map((dispute) => ({ dispute })),
  ];
  // The escrow holds the cost of the first one alone: that of the others has matured.
  const complaints = [0, 1, 2, 3].map((dispute) => {
    const kind = dispute === 0 || random() < 0.8 ? ("model" as const) : ("inflation" as const);
    return { kind, overcharge: PLAYED_COST, cost: PLAYED_COST, held: dispute === 0 };
  });
  const ended = ends.map(({ dispute, outcome }) => ({ dispute, outcome }));
  return { stake: STAKE, strikes: 0, complaints, events: [...events, ...ended] };
}

describe(`the contracts, in courses of several disputes drawn by seed ${SEED}`, () => {
  let market: Market;
  let table: Table;
  beforeAll(async () => {
    market = await openMarket();
    table = await Table.open(market, 20);
  }, 5 * MINUTE);
  afterAll(() => market.connection.close());

  const random = randomFrom(SEED);
  const backwards: Several = {
    ...sampleCourse(randomFrom(SEED)),
    complaints: [0, 1, 2, 3].map((one) => ({ kind: "model", overcharge: 0n, cost: PLAYED_COST, held: one === 0 })),
    events: [0, 0, 1, 2, 3, 3, 2, 1].map((dispute, place) => ({
      dispute,
      ...((place === 1 || place > 4) && { outcome: "upheld" as const }),
    })),
  };
  const courses = [backwards, ...Array.from({ length: 4 }, () => sampleCourse(random))];

  it.each(
    courses.map(
      (course) =>
        [course.events.map(({ dispute, outcome = "opened" }) => `${dispute} ${outcome}`).join(", "), course] as const,
    ),
  )(
    "pay to the unit: %s",
    async (_, course) => {
      const expected = playSeveral(course);
      const jurors = [sum(expected.jurors)];
      expect(await table.playSeveral(course), told(course)).toEqual({ ...expected, jurors, penalties: [] });
    },
    5 * MINUTE,
  );
});
