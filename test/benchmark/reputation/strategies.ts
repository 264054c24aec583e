/**
 * A cheat that looks for its best way: when it begins, how often it cheats and rests, how much it washes, with what stake, and with
 * which validators. What it earns is compared with what it would earn honestly. Only its own events count for its trust, so
 * that a way is played in a moment and hundreds can be tried. Disputes and slashes are left out, in its favour.
 */
import type { Audit, ReputationEvent } from "../../../protocol/src/reputation/events.ts";
import { toNumber } from "../../../protocol/src/reputation/fixed-point.ts";
import { emptyReputation, fold, type ReputationState } from "../../../protocol/src/reputation/fold.ts";
import { standingsOf } from "../../../protocol/src/reputation/standings-tree.ts";
import { type Seeded, seeded } from "../../../protocol/test/seeded.ts";
import { CHEAT, epochAfter, numbered, RULES } from "./world.ts";

export interface Strategy {
  /** Day on which it cheats first. */
  readonly begins: number;
  /** Days of cheating and of rest after them. */
  readonly cheats: number;
  readonly rests: number;
  /** Part of the answers that are cheap ones while it cheats. */
  readonly part: number;
  /** Tokens that lie in channels of its own clients, and among how many. */
  readonly washLock: number;
  readonly washClients: number;
  /** Minimum stakes. */
  readonly stake: number;
  /** Validators of `VALIDATORS` that pass it whatever it does. */
  readonly accomplices: number;
}

const HONEST: Strategy = {
  begins: 1_000,
  cheats: 0,
  rests: 1,
  part: 0,
  washLock: 0,
  washClients: 1,
  stake: 3,
  accomplices: 0,
};

const VALIDATORS = 10;
const DAYS = 90;
/** Clients look at trust again after so many days. */
const LOOKED_AT = 2;
const HISTORIES = 2;
/** An honest answer leaves this part of its price, a cheap one this. */
const HONEST_MARGIN = 0.3;
const CHEAP_MARGIN = 0.8;
/** An audit that met cheap answers finds them out by this chance; an honest executor fails otherwise. */
const FOUND = 0.95;
const HONEST_FAILS = 0.03;

/** Audits a day, and what clients buy by: the chance to be chosen goes with trust to this power. */
export interface Market {
  readonly auditsADay: number;
  readonly power: number;
}

/** Mean earnings over the days, in the price of one day's sales at a trust of 1. */
function earningsOf(strategy: Strategy, market: Market): number {
  let sum = 0;
  for (let history = 0; history < HISTORIES; history++) sum += earningsIn(strategy, market, seeded(1_000 + history));
  return sum / HISTORIES;
}

function earningsIn(strategy: Strategy, market: Market, random: Seeded): number {
  const state = emptyReputation(RULES);
  for (const event of beginning(strategy)) fold(state, event);
  let [earned, trust] = [0, 0];
  for (let day = 0; day < DAYS; day++) {
    const part = partOn(strategy, day);
    if (day % LOOKED_AT === 0) trust = trustOn(state, day);
    earned += trust ** market.power * ((1 - part) * HONEST_MARGIN + part * CHEAP_MARGIN);
    for (const event of dayOf(strategy, { day, part, auditsADay: market.auditsADay, random })) fold(state, event);
  }
  return earned;
}

const partOn = ({ begins, cheats, rests, part }: Strategy, day: number): number =>
  day >= begins && (day - begins) % (cheats + rests) < cheats ? part : 0;

const trustOn = (state: ReputationState, day: number): number =>
  toNumber(standingsOf(state, epochAfter(day))[0]?.trust ?? 0n);

const secondsOf = (day: number): bigint => epochAfter(day) * RULES.epochSeconds;
const units = (tokens: number): bigint => BigInt(Math.round(tokens * 1_000_000));

function beginning({ stake, washLock, washClients }: Strategy): ReputationEvent[] {
  const about = { executor: CHEAT, seconds: secondsOf(0) };
  const events: ReputationEvent[] = [
    { kind: "registration", ...about },
    { kind: "stake", ...about, stake: BigInt(stake) * RULES.minimumStake },
  ];
  for (let client = 0; client < washClients; client++)
    events.push({ kind: "channel", ...about, client: numbered(4, client), balance: units(washLock / washClients) });
  return events;
}

interface DayOfPlay {
  readonly day: number;
  readonly part: number;
  readonly auditsADay: number;
  readonly random: Seeded;
}

function* dayOf(strategy: Strategy, { day, part, auditsADay, random }: DayOfPlay): Generator<ReputationEvent> {
  const chance = (odds: number): boolean => random.below(1_000_000) < odds * 1_000_000;
  const about = { executor: CHEAT, seconds: secondsOf(day + 1) };
  const epoch = epochAfter(day + 1) - 1n;
  for (let number = 0; number < VALIDATORS; number++) {
    // Drawn for each alike, so that ways differ by what they do and not by their luck.
    const [isAssigned, isFound, fails] = [chance(auditsADay / VALIDATORS), chance(part * FOUND), chance(HONEST_FAILS)];
    if (!isAssigned) continue;
    const isPassed = number < strategy.accomplices || !(isFound || fails);
    const outcome: Audit["outcome"] = isPassed ? "passed" : "failed";
    yield { kind: "audit", ...about, validator: numbered(2, number), epoch, outcome };
  }
  const balance = units(strategy.washLock / strategy.washClients);
  for (let client = 0; client < strategy.washClients && strategy.washLock > 0; client++)
    yield { kind: "settlement", ...about, client: numbered(4, client), balance, acknowledged: balance };
}

/** A way to cheat, and what it earns in parts of what the same stake, washes and validators earn an honest executor. */
export interface Found {
  readonly strategy: Strategy;
  readonly gain: number;
}

/** The best of so many tries: half of them are drawn, the others change the best so far in some respects. */
export function bestStrategy(
  { market, accomplices }: { readonly market: Market; readonly accomplices: number },
  { tries, seed }: { readonly tries: number; readonly seed: number },
): Found {
  const random = seeded(seed);
  let best: Found = { strategy: HONEST, gain: 0 };
  for (let attempt = 0; attempt < tries; attempt++) {
    const drawn = drawnStrategy(random, accomplices);
    const kept = Object.keys(drawn).filter(() => attempt >= tries / 2 && random.below(3) > 0);
    const old = Object.entries(best.strategy).filter(([name]) => kept.includes(name));
    const strategy: Strategy = { ...drawn, ...Object.fromEntries(old) };
    const gain = earningsOf(strategy, market) / earningsOf({ ...strategy, part: 0 }, market);
    if (gain > best.gain) best = { strategy, gain };
  }
  return best;
}

const drawnStrategy = (random: Seeded, accomplices: number): Strategy => ({
  begins: random.below(DAYS),
  cheats: 1 + random.below(30),
  rests: random.below(40),
  part: (1 + random.below(20)) / 20,
  washLock: [0, 10, 100, 1_000, 10_000][random.below(5)] ?? 0,
  washClients: 1 + random.below(10),
  stake: 1 + random.below(10),
  accomplices: random.below(accomplices + 1),
});
