import type { Address } from "../src/commitment-types.ts";
import { bytesToHex } from "../src/hex.ts";
import type { ReputationEvent } from "../src/reputation/events.ts";
import {
  growthDown,
  halvedDown,
  INNER_BITS,
  minusLog2,
  ONE,
  rootDown,
  saturation,
} from "../src/reputation/fixed-point.ts";
import { emptyReputation, fold } from "../src/reputation/fold.ts";
import { REPUTATION, type ReputationRules } from "../src/reputation/parameters.ts";
import { standingLeaf, standingsOf, standingsRoot } from "../src/reputation/standings-tree.ts";

const RULES: ReputationRules = { epochSeconds: 3_600n, minimumStake: 100_000_000n };
const DAY = 86_400n;
/** A half-life begins. */
const START = REPUTATION.halfLifeSeconds * 1_484n;
const FIRST: Address = "0x00000000000000000000000000000000000000e1";
const SECOND: Address = "0x00000000000000000000000000000000000000e2";
const CLIENT: Address = "0x00000000000000000000000000000000000000c1";
const validator = (number: number): Address => `0x${(0xa0 + number).toString(16).padStart(40, "0")}`;

const joined = (executor: Address, stake: bigint, seconds: bigint): ReputationEvent[] => [
  { kind: "registration", executor, seconds },
  { kind: "stake", executor, stake, seconds },
];

type Outcome = Extract<ReputationEvent, { kind: "audit" }>["outcome"];

/** An audit by each of three validators on so many days, one after the other. */
const audited = (executor: Address, days: number, outcomeOn: (day: number, by: number) => Outcome): ReputationEvent[] =>
  Array.from({ length: 3 * days }, (_, index) => {
    const [day, by] = [Math.floor(index / 3), index % 3];
    const seconds = START + BigInt(day) * DAY;
    const about = { executor, seconds, validator: validator(by), epoch: seconds / RULES.epochSeconds - 1n };
    return { kind: "audit", ...about, outcome: outcomeOn(day, by) };
  });

const sold = (executor: Address, days: number): ReputationEvent[] => [
  { kind: "channel", executor, client: CLIENT, balance: 20_000_000n, seconds: START },
  ...Array.from({ length: days }, (_, day): ReputationEvent => {
    const about = { executor, client: CLIENT, seconds: START + BigInt(day + 1) * DAY };
    return { kind: "settlement", ...about, balance: 20_000_000n, acknowledged: 150_000n };
  }),
];

const HISTORIES: Readonly<Record<string, readonly ReputationEvent[]>> = {
  "registered, and nothing else": joined(FIRST, 100_000_000n, START),
  "honest, without receipts": [...joined(FIRST, 300_000_000n, START), ...audited(FIRST, 8, () => "passed")],
  "honest, with receipts": [
    ...joined(FIRST, 300_000_000n, START),
    ...audited(FIRST, 8, () => "passed"),
    ...sold(FIRST, 8),
  ],
  "one in twenty failed, one unanswered": [
    ...joined(FIRST, 300_000_000n, START),
    ...audited(FIRST, 8, (day, by) => (by === 0 && day % 7 === 6 ? "failed" : day === 3 ? "unanswered" : "passed")),
  ],
  "every second failed": [
    ...joined(FIRST, 300_000_000n, START),
    ...audited(FIRST, 8, (day) => (day % 2 === 0 ? "failed" : "passed")),
  ],
  "one of three validators always says failed": [
    ...joined(FIRST, 300_000_000n, START),
    ...audited(FIRST, 8, (_, by) => (by === 2 ? "failed" : "passed")),
  ],
  "inconclusive and unknown outcomes": [
    ...joined(FIRST, 300_000_000n, START),
    ...audited(FIRST, 8, (_, by) => (["passed", "inconclusive", "Unknown"] as const)[by] ?? "passed"),
  ],
  "struck, half and whole, and four at once": [
    ...joined(FIRST, 300_000_000n, START),
    ...audited(FIRST, 8, () => "passed"),
    { kind: "strike", executor: FIRST, halves: 1n, seconds: START + DAY },
    { kind: "strike", executor: FIRST, halves: 2n, seconds: START + 2n * DAY },
    { kind: "strike", executor: FIRST, halves: 8n, seconds: START + 3n * DAY },
  ],
  "two executors, one of them away for 60 days": [
    ...joined(SECOND, 100_000_000n, START),
    ...joined(FIRST, 1_000_000_000n, START),
    ...audited(SECOND, 9, () => "passed"),
    ...audited(FIRST, 9, () => "passed"),
    ...audited(FIRST, 60, () => "passed").slice(-3),
  ],
};

/** Numbers at the edges of the formula's arithmetic: Q64 in and out. */
const arithmetic = () => ({
  roots: [0n, 1n, ONE / 3n, ONE / 2n, ONE].map((value) => ({ value, root: rootDown(value) })),
  growths: [0n, 1n, 3_600n, 604_800n, 1_209_599n].map((seconds) => ({
    seconds,
    growth: growthDown(seconds, REPUTATION.halfLifeSeconds),
  })),
  logarithms: [1n, ONE / 3n, ONE / 2n, ONE - 1n, ONE].map((value) => ({ value, minusLog2: minusLog2(value) })),
  powers: [0n, 1n, 1n << (INNER_BITS - 1n), (1n << INNER_BITS) / 3n, 64n << INNER_BITS, 65n << INNER_BITS].map(
    (exponent) => ({ exponent, power: halvedDown(exponent) }),
  ),
  stakes: [0n, 1n, 100_000_000n, 300_000_000n, 2n ** 96n - 1n].map((stake) => ({
    stake,
    factor: saturation(stake, REPUTATION.stakeScale * RULES.minimumStake),
  })),
});

function historyVector([name, events]: readonly [string, readonly ReputationEvent[]]) {
  const state = emptyReputation(RULES);
  for (const event of events) fold(state, event);
  const last = events.reduce((latest, { seconds }) => (seconds > latest ? seconds : latest), 0n);
  const standings = standingsOf(state, last / RULES.epochSeconds);
  return {
    name,
    events,
    standings: standings.map((standing) => ({ ...standing, leaf: bytesToHex(standingLeaf(standing)) })),
    root: standingsRoot(standings),
  };
}

/**
 * What goes wrong easily, with the root that it leads to: the first history's neighbours, which are not the same history.
 */
function wrongRoots() {
  const name = "honest, with receipts";
  const right = HISTORIES[name] ?? [];
  const rootOf = (events: readonly ReputationEvent[]) => historyVector([name, events]).root;
  const changed = (change: (event: ReputationEvent) => ReputationEvent) => rootOf(right.map(change));
  return [
    { name: "audits age from the report's epoch", root: changed((event) => agedFromReport(event)) },
    { name: "what nobody acknowledged counts, a token a day", root: changed((event) => moreAcknowledged(event)) },
    { name: "the channel's money is not seen", root: rootOf(right.filter(({ kind }) => kind !== "channel")) },
    {
      name: "a passed audit is missed",
      root: rootOf(right.filter((_, at) => at !== 7)),
    },
    { name: "another executor's address", root: changed((event) => ({ ...event, executor: SECOND })) },
  ].map((wrong) => ({ of: name, ...wrong }));
}

const agedFromReport = (event: ReputationEvent): ReputationEvent =>
  event.kind === "audit" ? { ...event, epoch: event.epoch + 1n } : event;
const moreAcknowledged = (event: ReputationEvent): ReputationEvent =>
  event.kind === "settlement" ? { ...event, acknowledged: event.acknowledged + 1_000_000n } : event;

/** reputation.json: the arithmetic's edges, short histories with their standings, leaves and roots, and wrong roots. */
export const reputationVectors = () => ({
  rules: RULES,
  parameters: REPUTATION,
  arithmetic: arithmetic(),
  histories: Object.entries(HISTORIES).map(historyVector),
  wrong: wrongRoots(),
});
