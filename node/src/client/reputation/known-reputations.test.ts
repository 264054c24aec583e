import type { Address } from "@lloom/protocol/commitment-types";
import type { PlacedEvent } from "@lloom/protocol/reputation/epochs-of";
import { ONE } from "@lloom/protocol/reputation/fixed-point";
import { emptyReputation, fold } from "@lloom/protocol/reputation/fold";
import { isReported, type Standing } from "@lloom/protocol/reputation/standing";
import { standingsOf } from "@lloom/protocol/reputation/standings-tree";
import { describe, expect, it } from "vitest";
import { HISTORY_RULES, historyExecutor, randomHistory } from "../../../../protocol/test/random-history.ts";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { addressOf, candidate, NOW, need } from "../../../../test/support/candidate.ts";
import { createLog } from "../../log.ts";
import { chooseExecutor } from "../choose/choose.ts";
import type { Reputation } from "../choose/reputation.ts";
import { KnownReputations } from "./known-reputations.ts";
import { reputationOf } from "./word.ts";

const SEED = Number(process.env["SEED"] ?? 31);
const GAMES = 100;
const EXECUTORS = 20;
/** Rounds in which one liar among so many is missed once in a million games. */
const LONGEST = 280;
/** What two reputations can differ by in a choice, and what counts as equally cheap. */
const MOST_DEARER = 1.5 ** 2 * 1.05;

/** Spread over days, so that there are epochs enough. */
const history = randomHistory(SEED, 2_000).map(({ block, event }, _, [first]) => {
  const start = first?.event.seconds ?? 0n;
  const seconds = start + 30n * (event.seconds - start);
  const epoch = seconds / HISTORY_RULES.epochSeconds - 1n;
  return { block, event: event.kind === "audit" ? { ...event, seconds, epoch } : { ...event, seconds } };
});
const nowSeconds = history.at(-1)?.event.seconds ?? 0n;
const EPOCH = Number(nowSeconds / HISTORY_RULES.epochSeconds - 2n);
const own = new Map<Address, PlacedEvent[]>();
const state = emptyReputation(HISTORY_RULES);
for (const placed of history) {
  const { executor, seconds } = placed.event;
  own.set(executor, [...(own.get(executor) ?? []), placed]);
  if (seconds / HISTORY_RULES.epochSeconds <= BigInt(EPOCH)) fold(state, placed.event);
}
const truth = new Map(standingsOf(state, BigInt(EPOCH)).map(({ executor, ...standing }) => [executor, standing]));
const executors = Array.from({ length: EXECUTORS }, (_, index) => historyExecutor(index));
/** Has never registered; an index may make it up. */
const NOBODY = addressOf(77);

type Standings = Map<Address, Standing>;
/** What a lying index may do to one executor's line. */
const LIES: Readonly<Record<string, (word: Standings, about: Address, by: bigint) => void>> = {
  praise: (word, about) => change(word, about, { trust: ONE, lower: ONE, grade: "A" }),
  slander: (word, about) => change(word, about, { trust: 0n, lower: 0n, upper: 0n, grade: "C" }),
  "make a newcomer": (word, about) => change(word, about, { grade: "newcomer" }),
  "leave out": (word, about) => word.delete(about),
  "one bit of trust": (word, about) => change(word, about, { trust: (word.get(about)?.trust ?? 0n) ^ 1n }),
  "an input alone": (word, about, by) => change(word, about, { passed: (word.get(about)?.passed ?? 0n) + 1n + by }),
  "another's line": (word, about, by) => {
    const other = word.get(executors[Number(by % BigInt(EXECUTORS))] as Address);
    if (other !== undefined) word.set(about, other);
  },
};
const change = (word: Standings, about: Address, to: Partial<Standing>): void => {
  const before = word.get(about);
  if (before !== undefined) word.set(about, { ...before, ...to });
};
const isSame = (word: Standings): boolean =>
  [...truth].every(([executor, standing]) => {
    const told = word.get(executor);
    return (
      told !== undefined && Object.entries(standing).every(([name, value]) => told[name as keyof Standing] === value)
    );
  });

/** A client with an index that says this, and what it believes. */
function opened(
  word: ReadonlyMap<Address, Standing>,
  random: () => number,
  eventsOf = async (executor: Address): Promise<readonly PlacedEvent[]> => own.get(executor) ?? [],
) {
  const believed: ReadonlyMap<Address, Reputation>[] = [];
  const told = new KnownReputations({
    indexer: { origin: "http://index.example", standings: async () => word },
    rules: async () => HISTORY_RULES,
    eventsOf,
    nowSeconds: async () => nowSeconds,
    executors: () => executors,
    onKnown: (reputations) => believed.push(reputations),
    intervalMs: 1,
    random,
    log: createLog({ level: "silent", name: "test" }),
  });
  return { told, believed: () => believed.at(-1) ?? new Map<Address, Reputation>() };
}

/** The next executor of a client that has bought nothing yet, when all ask the same but one. */
function bought(reputations: ReadonlyMap<Address, Reputation>, prices: readonly bigint[], random: () => number) {
  const offers = executors.map((executor, index) => {
    const terms = candidate({ index, price: prices[index] ?? 100n }, { reputation: reputations.get(executor) });
    return { ...terms, signed: { ...terms.signed, offer: { ...terms.signed.offer, executor } } };
  });
  const choice = chooseExecutor(offers, need, { nowMs: NOW, exploration: 0, random });
  return typeof choice === "string" ? undefined : choice.signed.offer;
}

/** Nothing is left but what this client computed, which is what the events say. */
function expectComputed(believed: ReadonlyMap<Address, Reputation>): void {
  const own = [...believed].map(([executor]) => [executor, reputationOf(truth.get(executor) as Standing, "computed")]);
  expect([...believed]).toEqual(own);
}

/** Whom the client asks only when nobody else is left. */
const shunned = (believed: ReadonlyMap<Address, Reputation>): Address[] =>
  [...believed].filter(([, { report }]) => report === "computed").map(([executor]) => executor);
const REPORTED = [...truth].filter(([, standing]) => isReported(standing)).map(([executor]) => executor);

describe(`an index that lies, by ${GAMES} strategies that are drawn (seed ${SEED})`, () => {
  it("is noticed, its word is dropped, and until then nobody pays more than the bound of a good name", async () => {
    const random = seeded(SEED);
    const chance = () => random.below(2 ** 32) / 2 ** 32;
    const rounds: number[] = [];
    for (let game = 0; game < GAMES; game++) {
      const names = Object.keys(LIES);
      const word = new Map(truth);
      const about = Array.from(
        { length: 1 + random.below(EXECUTORS) },
        () => executors[random.below(EXECUTORS)] as Address,
      );
      const kinds = about.map((executor) => {
        const kind = names[random.below(names.length)] as string;
        LIES[kind]?.(word, executor, BigInt(random.below(1_000)));
        return kind;
      });
      if (isSame(word)) continue;
      const { told, believed } = opened(word, chance);
      // The colluder asks what its good name lets it ask.
      const prices = executors.map((executor) => (about.includes(executor) ? 100n + BigInt(random.below(200)) : 100n));
      const signal = new AbortController().signal;
      let round = 0;
      for (; !told.isLiar && round < LONGEST; round++) {
        await told.askOnce(signal);
        const offer = bought(believed(), prices, chance);
        if (offer !== undefined) told.noteAsked(offer.executor);
        expect(REPORTED).toEqual(expect.arrayContaining(shunned(believed())));
        expect(Number(offer?.outboundPrice), `game ${game}: ${kinds.join(", ")}`).toBeLessThanOrEqual(
          100 * MOST_DEARER,
        );
      }
      expect(told.isLiar, `game ${game}: ${kinds.join(", ")} about ${about.join(", ")}`).toBe(true);
      expectComputed(believed());
      rounds.push(round);
    }
    const sorted = rounds.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
    process.stdout.write(`rounds until noticed: median ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)}\n`);
  });

  it("is noticed in the next round where praise sold something", async () => {
    const random = seeded(SEED + 1);
    const [colluder] = executors as [Address];
    const word = new Map(truth);
    LIES["praise"]?.(word, colluder, 0n);
    // Chance never draws the colluder: what it sold alone gives it away.
    const { told, believed } = opened(word, () => 0.999);
    const signal = new AbortController().signal;
    await told.askOnce(signal);
    expect([told.isLiar, believed().get(colluder)]).toEqual([false, { trust: 1, grade: "A" }]);
    const prices = executors.map((executor) => (executor === colluder ? 60n : 100n));
    expect(bought(believed(), prices, () => random.below(100) / 100)?.executor).toBe(colluder);
    told.noteAsked(colluder);
    await told.askOnce(signal);
    expect(told.isLiar).toBe(true);
    expectComputed(believed());
  });

  it("is noticed where praise sold something although the chain could not be asked in between", async () => {
    const [colluder] = executors as [Address];
    const word = new Map(truth);
    LIES["praise"]?.(word, colluder, 0n);
    let isBroken = true;
    const eventsOf = async (executor: Address) => {
      if (isBroken) throw new TypeError("no chain");
      return own.get(executor) ?? [];
    };
    const { told } = opened(word, () => 0.999, eventsOf);
    const signal = new AbortController().signal;
    told.noteAsked(colluder);
    await told.askOnce(signal);
    expect(told.isLiar).toBe(false);
    isBroken = false;
    await told.askOnce(signal);
    expect(told.isLiar).toBe(true);
  });

  it("is not believed about an executor that it made up", async () => {
    const word = new Map(truth).set(NOBODY, truth.get(executors[0] as Address) as Standing);
    const { told } = opened(word, () => 0);
    const signal = new AbortController().signal;
    told.noteAsked(NOBODY);
    await told.askOnce(signal);
    expect(told.isLiar).toBe(true);
  });
});

describe("an index that tells the truth", () => {
  it(`is never blamed, whatever is drawn (seed ${SEED})`, async () => {
    const random = seeded(SEED + 2);
    const { told, believed } = opened(truth, () => random.below(1_000) / 1_000);
    const signal = new AbortController().signal;
    for (let round = 0; round < 60; round++) {
      await told.askOnce(signal);
      told.noteAsked(executors[random.below(EXECUTORS)] as Address);
    }
    expect([told.isLiar, believed().size]).toEqual([false, truth.size]);
  });

  it("keeps its word while the chain cannot be asked, and is blamed for nothing", async () => {
    const { believed, told } = opened(
      truth,
      () => 0,
      () => Promise.reject(new TypeError("no chain")),
    );
    await told.askOnce(new AbortController().signal);
    expect([told.isLiar, believed().size]).toEqual([false, truth.size]);
  });
});
