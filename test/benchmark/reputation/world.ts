/** A network in time: executors of known honesty, validators, clients, and an attack, as events for the real fold. */

import { visitChance, waitChance } from "../../../node/src/validator/audit/plan.ts";
import type { Address } from "../../../protocol/src/commitment-types.ts";
import { stakeRegistryFacts } from "../../../protocol/src/generated/facts.ts";
import type { ReputationEvent } from "../../../protocol/src/reputation/events.ts";
import { REPUTATION, type ReputationRules } from "../../../protocol/src/reputation/parameters.ts";
import type { Seeded } from "../../../protocol/test/seeded.ts";

const TOKEN = 1_000_000n;
const DAY_SECONDS = 86_400n;
const HOURS = 24;

export const RULES: ReputationRules = { epochSeconds: 3_600n, minimumStake: 100n * TOKEN };

/** Where simulated time starts: a half-life does, and a day. */
const START = REPUTATION.halfLifeSeconds * 1_484n;

/** The epoch in which so many days are over. */
export const epochAfter = (days: number): bigint => START / RULES.epochSeconds + BigInt(days * HOURS);

export interface World {
  readonly honest: number;
  readonly validators: number;
  /** Of each executor. */
  readonly auditsADay: number;
  /** Of all honest executors together. */
  readonly tasksADay: number;
  readonly days: number;
  /**
   * Which of these audits are reported: all, unless said otherwise; those of visits, which are rarer for the trusted; or of these
   * only the ones whose key need not come back first.
   */
  readonly reports?: "visits" | "returning";
}

/** The share of its audits that is reported of an executor with this lower bound. */
export function reportedShare({ reports }: Pick<World, "reports">, lower: number): number {
  if (reports === undefined) return 1;
  return visitChance(lower) * (reports === "visits" ? 1 : 1 - waitChance(lower));
}

/** What an attacker does; nothing, but for a cheat that passes half of its audits, unless said otherwise. */
export interface Attack {
  /** Chance that the cheat passes an audit, by the day. */
  readonly passes: (day: number) => number;
  /** Settlements a day between the cheat and clients of its own, and tokens that lie in the channel of each. */
  readonly washes: number;
  readonly washClients: number;
  readonly washLock: number;
  /** Delivery disputes a day that are opened against the victim, and that it answers. */
  readonly complaints: number;
  /** Days on which it was away for longer than it may, so that disputes are lost: as many strikes as jail. */
  readonly awayOn: readonly number[];
  /** Validators that pass the cheat whatever it does, and whether they also fail the victim. */
  readonly accomplices: number;
  readonly slander: boolean;
}

export const NO_ATTACK: Attack = {
  passes: () => 0.5,
  washes: 0,
  washClients: 1,
  washLock: 0,
  complaints: 0,
  awayOn: [],
  accomplices: 0,
  slander: false,
};

/** A dispute that the executor answered. It is no event of reputation; the study's formula takes it for a bad receipt. */
export interface Complaint {
  readonly kind: "complaint";
  readonly executor: Address;
  readonly client: Address;
  readonly seconds: bigint;
}

export type WorldEvent = ReputationEvent | Complaint;

/** An address by what its holder is, and a number: 1 honest, 2 validator, 3 client, 4 client of the attacker, 9 cheat. */
export const numbered = (kind: number, index: number): Address =>
  `0x${(kind * 1_000_000 + index).toString(16).padStart(40, "0")}`;
export const CHEAT = numbered(9, 0);
const honestAddress = (index: number): Address => numbered(1, index);
/** The honest executor in the middle, which passes 0.945 of its audits. */
export const victimOf = ({ honest }: World): Address => honestAddress(honest >> 1);

/** From 0.90 to 0.99, evenly. */
const honestPasses = ({ honest }: World, index: number): number => 0.9 + (0.09 * index) / Math.max(1, honest - 1);

/** Honest clients, each with five tokens in every channel; and so much is a task. */
const CLIENTS = 300;
const CLIENT_LOCK = 5;
const TASK = TOKEN / 100n;

/** What audits and traffic are drawn from, apart: with the same seed every attack meets the same audits. */
export interface Draws {
  readonly audits: Seeded;
  readonly traffic: Seeded;
  /** The lower bound of an executor's reputation on that day. */
  readonly lowerOf: (executor: Address) => number;
}

/** Events of a day, in the chain's order. */
export function* eventsOfDay(world: World, attack: Attack, day: number, draws: Draws): Generator<WorldEvent> {
  const { audits, traffic: random } = draws;
  const start = START + BigInt(day) * DAY_SECONDS;
  if (day === 0) yield* beginning(world, start);
  const victim = victimOf(world);
  if (attack.awayOn.includes(day))
    yield { kind: "strike", executor: victim, halves: stakeRegistryFacts.JAIL_HALVES, seconds: start };
  for (let hour = 0; hour < HOURS; hour++) {
    const seconds = start + BigInt(hour) * (DAY_SECONDS / BigInt(HOURS));
    yield* auditsOfHour(world, attack, { day, seconds, random: audits, lowerOf: draws.lowerOf });
    for (let task = hour; task < world.tasksADay; task += HOURS) {
      const executor = honestAddress(random.below(world.honest));
      yield settled(executor, numbered(3, random.below(CLIENTS)), CLIENT_LOCK, seconds);
    }
    for (let wash = hour; wash < attack.washes; wash += HOURS)
      yield settled(CHEAT, numbered(4, random.below(attack.washClients)), attack.washLock, seconds);
    for (let complaint = hour; complaint < attack.complaints; complaint += HOURS)
      yield { kind: "complaint", executor: victim, client: numbered(4, random.below(attack.washClients)), seconds };
  }
}

function* beginning(world: World, seconds: bigint): Generator<ReputationEvent> {
  for (let index = 0; index <= world.honest; index++) {
    const executor = index === world.honest ? CHEAT : honestAddress(index);
    yield { kind: "registration", executor, seconds };
    yield { kind: "stake", executor, stake: 3n * RULES.minimumStake, seconds };
  }
}

function* auditsOfHour(
  world: World,
  attack: Attack,
  {
    day,
    seconds,
    random,
    lowerOf,
  }: Pick<Draws, "lowerOf"> & { readonly day: number; readonly seconds: bigint; readonly random: Seeded },
): Generator<ReputationEvent> {
  const chance = (odds: number): boolean => random.below(1_000_000) < odds * 1_000_000;
  const assigned = world.auditsADay / HOURS / world.validators;
  const victim = victimOf(world);
  const epoch = seconds / RULES.epochSeconds - 1n;
  for (let number = 0; number < world.validators; number++) {
    for (let index = 0; index <= world.honest; index++) {
      const executor = index === world.honest ? CHEAT : honestAddress(index);
      if (!chance(assigned * reportedShare(world, lowerOf(executor)))) continue;
      const really = chance(executor === CHEAT ? attack.passes(day) : honestPasses(world, index));
      const isAccomplice = number < attack.accomplices;
      const isSlandered = isAccomplice && attack.slander && executor === victim;
      const isPassed = (isAccomplice && executor === CHEAT) || (really && !isSlandered);
      const outcome = isPassed ? "passed" : "failed";
      yield { kind: "audit", executor, validator: numbered(2, number), epoch, outcome, seconds };
    }
  }
}

const settled = (executor: Address, client: Address, lock: number, seconds: bigint): ReputationEvent => ({
  kind: "settlement",
  executor,
  client,
  balance: BigInt(lock) * TOKEN,
  acknowledged: TASK,
  seconds,
});
