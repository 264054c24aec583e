/** The attacks of the report, each in a world. */
import { type Attack, NO_ATTACK, type World } from "./world.ts";

export interface Scenario {
  readonly name: string;
  readonly world: World;
  readonly attack: Attack;
  /** What has to hold at the end: the cheat is last, or the victim has this trust at least. */
  readonly cheatIsLast?: true;
  readonly victimAtLeast?: number;
  /** Whether the plot shows it by the day. */
  readonly isPlotted?: true;
}

/** 200 honest executors and a cheat that passes half of its audits, of which each executor has two a day. */
const STUDY: World = { honest: 200, validators: 10, auditsADay: 2, tasksADay: 2_000, days: 60 };
/** With the odds of a deployment's defaults (16) and as many validators as two juries need. */
const DEFAULT_ODDS: World = { ...STUDY, validators: 16, auditsADay: 24 };

/** As it is: the trusted are visited seldomer, and of their visits up to a quarter says nothing until the key has come back. */
const VISITED: World = { ...DEFAULT_ODDS, reports: "visits" };
const RETURNING: World = { ...DEFAULT_ODDS, reports: "returning" };

const SYBILS = { washClients: 1_000, washLock: 10 };
const behavesFor = (days: number) => (day: number) => (day < days ? 0.97 : 0.5);

const attacks: readonly (Omit<Scenario, "world"> & { readonly world?: World })[] = [
  { name: "none", attack: NO_ATTACK, cheatIsLast: true, isPlotted: true },
  { name: "wash-100", attack: { ...NO_ATTACK, ...SYBILS, washes: 100 }, cheatIsLast: true },
  { name: "wash-10000", attack: { ...NO_ATTACK, ...SYBILS, washes: 10_000 }, cheatIsLast: true, isPlotted: true },
  { name: "badmouth-2000", attack: { ...NO_ATTACK, ...SYBILS, complaints: 2_000 }, victimAtLeast: 0.5 },
  { name: "badmouth-2000-away", attack: { ...NO_ATTACK, ...SYBILS, complaints: 2_000, awayOn: [30] } },
  { name: "behaves-45-days", attack: { ...NO_ATTACK, passes: behavesFor(45) }, cheatIsLast: true, isPlotted: true },
  { name: "behaves-45-days-wash", attack: { ...NO_ATTACK, ...SYBILS, passes: behavesFor(45), washes: 1_000 } },
  { name: "validators-tenth", attack: { ...NO_ATTACK, accomplices: 1, slander: true } },
  { name: "validators-third", attack: { ...NO_ATTACK, accomplices: 3, slander: true }, isPlotted: true },
  {
    name: "thirty-validators-third",
    attack: { ...NO_ATTACK, accomplices: 10, slander: true },
    world: { ...STUDY, validators: 30 },
  },
  { name: "default-odds", attack: NO_ATTACK, world: DEFAULT_ODDS, cheatIsLast: true },
  { name: "default-odds-visits", attack: NO_ATTACK, world: VISITED, cheatIsLast: true },
  { name: "default-odds-returning", attack: NO_ATTACK, world: RETURNING, cheatIsLast: true },
  {
    name: "visits-behaves-45-days",
    attack: { ...NO_ATTACK, passes: behavesFor(45) },
    world: VISITED,
    cheatIsLast: true,
  },
  {
    name: "returning-behaves-45-days",
    attack: { ...NO_ATTACK, passes: behavesFor(45) },
    world: RETURNING,
    cheatIsLast: true,
  },
  {
    name: "returning-validators-third",
    attack: { ...NO_ATTACK, accomplices: 5, slander: true },
    world: RETURNING,
    cheatIsLast: true,
    victimAtLeast: 0.5,
  },
  {
    name: "default-odds-validators-tenth",
    attack: { ...NO_ATTACK, accomplices: 2, slander: true },
    world: DEFAULT_ODDS,
    cheatIsLast: true,
    victimAtLeast: 0.5,
  },
  {
    name: "default-odds-validators-third",
    attack: { ...NO_ATTACK, accomplices: 5, slander: true },
    world: DEFAULT_ODDS,
    cheatIsLast: true,
    victimAtLeast: 0.5,
    isPlotted: true,
  },
];

export const SCENARIOS: readonly Scenario[] = attacks.map((scenario) => ({ world: STUDY, ...scenario }));
