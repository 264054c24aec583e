import type { Address } from "@lloom/protocol/commitment-types";
import type { PlacedEvent } from "@lloom/protocol/reputation/epochs-of";
import { replay } from "@lloom/protocol/reputation/epochs-of";
import { ONE } from "@lloom/protocol/reputation/fixed-point";
import type { Standing } from "@lloom/protocol/reputation/standing";
import { describe, expect, it } from "vitest";
import { addressOf } from "../../../../test/support/candidate.ts";
import { StagedMarket } from "../../../../test/support/staged-market.ts";
import { createLog } from "../../log.ts";
import { KnownReputations } from "../reputation/known-reputations.ts";

const RULES = { epochSeconds: 3_600n, minimumStake: 100n };
const EPOCH = 500_000n;
const AUDITS = 20;

/** Of twenty audits by ten validators so many failed. */
function auditsOf(executor: Address, failed: number): PlacedEvent[] {
  const seconds = (EPOCH - 1n) * RULES.epochSeconds;
  const audits = Array.from({ length: AUDITS }, (_, index) => ({
    ...({ kind: "audit", executor, validator: addressOf(1_000 + (index % 10)), epoch: EPOCH - 2n } as const),
    ...{ outcome: index < failed ? ("failed" as const) : ("passed" as const), seconds },
  }));
  const joined = [
    { kind: "registration", executor, seconds } as const,
    { kind: "stake", executor, stake: 300n, seconds } as const,
  ];
  return [...joined, ...audits].map((event, index) => ({ block: index, event }));
}

/** What an index says: nothing as there is none, the truth, or that all is well with the cheat, in three ways. */
const WORDS = ["no index", "the truth", "praise", "newcomer", "left out"] as const;
type Saying = (typeof WORDS)[number];

/** A client among two honest executors and a cheat that is so many times cheaper; `report` is what the chain and the index say. */
function stage(word: Saying, ratio: bigint) {
  const events = new Map<Address, PlacedEvent[]>();
  const said = new Map<Address, Standing>();
  const world = { isChainAway: false, epoch: EPOCH };
  const known = new KnownReputations({
    indexer: word === "no index" ? undefined : { origin: "http://index.example", standings: async () => said },
    rules: async () => RULES,
    eventsOf: async (executor) => {
      if (world.isChainAway) throw new TypeError("no chain");
      return events.get(executor) ?? [];
    },
    nowSeconds: async () => (world.epoch + 2n) * RULES.epochSeconds,
    executors: () => market.book.staked(),
    onKnown: (reputations) => market.book.setReputations(reputations),
    intervalMs: 1,
    // Chance never draws the cheat: what it sold alone gives it away.
    random: () => 0,
    log: createLog({ level: "silent", name: "test" }),
  });
  const market = new StagedMarket({ random: () => 0, confirmWaitMs: 1_000 }, { known });
  const join = (price: bigint) => market.join({ price, stake: 300, conduct: () => ({ type: "honest" }) });
  const honest = [join(1_000_000n), join(1_000_000n)];
  const cheat = join(1_000_000n / ratio);
  const report = (failed: number): void => {
    for (const { address } of honest) events.set(address, auditsOf(address, 1));
    events.set(cheat.address, auditsOf(cheat.address, failed));
    for (const [executor, placed] of events) {
      const { block: _, ...standing } =
        replay(RULES, { executor, events: placed }).at(EPOCH) ?? expect.fail("It has registered.");
      if (executor !== cheat.address || word === "the truth") said.set(executor, standing);
      else if (word === "praise") said.set(executor, { ...standing, trust: ONE, lower: ONE, upper: ONE, grade: "A" });
      else if (word === "newcomer") said.set(executor, { ...standing, grade: "newcomer" });
    }
  };
  return { market, known, report, cheat, honest, world };
}

const signal = new AbortController().signal;

describe("a cheat that is only reported", () => {
  it.each(WORDS.flatMap((word) => [2n, 100_000n].map((ratio) => [word, ratio] as const)))(
    "sells a new client nothing if the index says so, else one answer: %s, %i times cheaper",
    async (word, ratio) => {
      const { market, known, report, cheat } = stage(word, ratio);
      using _ = market;
      report(AUDITS / 2);
      await known.askOnce(signal);
      for (let question = 0; question < 4; question++) {
        await market.ask();
        await known.askOnce(signal);
      }
      expect(cheat.requests).toBe(word === "the truth" ? 0 : 1);
    },
  );

  it("loses a client that it has answered often, at whatever price, with the epoch, and wins it back with its name", async () => {
    const { market, known, report, cheat, world } = stage("no index", 100_000n);
    using _ = market;
    for (const [failed, asks] of [
      [1, true],
      [AUDITS / 2, false],
      [1, true],
    ] as const) {
      report(failed);
      world.epoch += 1n;
      for (let question = 0; question < 3; question++) {
        await market.ask();
        await known.askOnce(signal);
      }
      const { asked } = await market.ask();
      expect(asked.includes(cheat.address), `${failed} failed`).toBe(asks);
    }
  });

  it("is not shunned on an index's word while the chain cannot be read", async () => {
    const { market, known, report, cheat, world } = stage("the truth", 4n);
    using _ = market;
    report(AUDITS / 2);
    world.isChainAway = true;
    await known.askOnce(signal);
    expect((await market.ask()).asked).toEqual([cheat.address]);
    world.isChainAway = false;
    await known.askOnce(signal);
    expect((await market.ask()).asked).not.toContain(cheat.address);
  });

  it("is asked when nobody else is left", async () => {
    const { market, known, report, cheat, honest } = stage("the truth", 2n);
    using _ = market;
    report(AUDITS / 2);
    await known.askOnce(signal);
    for (const { address } of honest) market.book.withdraw(address, market.nowMs);
    expect((await market.ask()).asked).toEqual([cheat.address]);
  });
});
