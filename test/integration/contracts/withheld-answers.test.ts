/**
 * What withholding an answer brings whoever does it until it is disputed, by real transactions: never more than the reveals burned,
 * whatever text, size, fees, number of transactions and sender. And the twin of it: an honest executor that is accused gets back
 * nearly all that it burned.
 */
import { DELIVERY_CHUNK_BYTES } from "@lloom/protocol/merkle";
import { beforeAll, describe, expect, it } from "vitest";
import { openMarket } from "../../support/contracts/market.ts";
import { stageWithholding, type WithheldOutcome, type Withholding } from "../../support/contracts/withheld.ts";
import { randomFrom } from "../../support/jury-game/random.ts";

const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const RANDOM_STRATEGIES = 60;
const GWEI = 10n ** 9n;
/** A reveal is paid all of its gas but this much, which the contract cannot measure to the last unit. */
const UNSEEN_GAS = 8_000n;
/** And so much for a further transaction of chunks. */
const UNSEEN_CHUNKS_GAS = 3_000n;

const random = randomFrom(SEED);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const FILLS = {
  zeros: () => 0,
  letters: () => 97 + Math.floor(random() * 26),
  bytes: () => Math.floor(random() * 256),
  half: () => (random() < 0.5 ? 0 : 1 + Math.floor(random() * 255)),
} as const;
const textOf = (fill: keyof typeof FILLS, length: number): Uint8Array => Uint8Array.from({ length }, FILLS[fill]);
const chunksIn = ({ text }: Pick<Withholding, "text">): number => Math.ceil(text.length / DELIVERY_CHUNK_BYTES);

/** All chunks, so many in a transaction. */
const groupsOf = (chunks: number, atOnce: number): number[][] =>
  Array.from({ length: Math.ceil(chunks / atOnce) }, (_, group) =>
    Array.from({ length: Math.min(atOnce, chunks - group * atOnce) }, (_, index) => group * atOnce + index),
  );

const USUAL: Omit<Withholding, "text"> = {
  tokens: 1_024n,
  openFee: (35n * GWEI) / 4n,
  revealFee: (35n * GWEI) / 4n,
  tip: 0n,
  reveals: "whole",
  by: "executor",
  opener: "client",
  isFresh: false,
};

let play: Awaited<ReturnType<typeof stageWithholding>>;
beforeAll(async () => {
  play = await stageWithholding(await openMarket());
  // The first reveal ever counts itself in an empty slot.
  await play({ ...USUAL, text: textOf("letters", 1) });
});

const told = (strategy: Withholding, outcome: WithheldOutcome): string => {
  const { text, ...rest } = strategy;
  const shown = {
    seed: SEED,
    bytes: text.length,
    zeros: text.filter((byte) => byte === 0).length,
    ...rest,
    ...outcome,
  };
  return JSON.stringify(shown, (_, value) => (typeof value === "bigint" ? `${value}` : value));
};

/** Plays it, and holds that nobody earned. */
async function expectNoGain(strategy: Withholding, lane?: bigint): Promise<WithheldOutcome> {
  const outcome = await play(strategy, lane);
  expect(outcome.paid, told(strategy, outcome)).toBeLessThanOrEqual(outcome.burned);
  expect(outcome.paid, told(strategy, outcome)).toBeLessThanOrEqual(outcome.bond);
  return outcome;
}

/** An honest executor's, which reveals as nodes do, where the bond is enough. */
async function expectCovered(strategy: Withholding): Promise<void> {
  const outcome = await expectNoGain(strategy);
  const further = strategy.reveals === "whole" ? 0 : strategy.reveals.length - 1;
  const unseen = (UNSEEN_GAS + UNSEEN_CHUNKS_GAS * BigInt(further)) * strategy.revealFee;
  expect(outcome.paid + unseen, told(strategy, outcome)).toBeGreaterThanOrEqual(outcome.burned);
}

describe(`an answer that is withheld until it is disputed (seed ${SEED})`, () => {
  it("earns nothing and costs an honest executor next to nothing, by text and size", async () => {
    for (const fill of ["zeros", "letters", "half"] as const)
      for (const length of [0, 1, 31, 32, 33, 4_096, 4_097, 8_192, 32_768])
        await expectCovered({
          ...USUAL,
          text: textOf(fill, length),
          tokens: BigInt(Math.max(1_024, Math.ceil(length / 4))),
        });
  });

  it("earns nothing by what is cheapest on chain: the first lane, which clears one slot more", async () => {
    await expectNoGain({ ...USUAL, text: textOf("zeros", 0) }, 0n);
  });

  it("earns nothing by fees that rise or fall, or nearly vanish, or by tips", async () => {
    const text = textOf("zeros", 8_192);
    for (const openFee of [GWEI / 100n, GWEI, 40n * GWEI])
      for (const times of [0n, 1n, 3n, 50n])
        await expectNoGain({ ...USUAL, text, openFee, revealFee: openFee * times });
    await expectCovered({ ...USUAL, text, tip: 2n * GWEI });
  });

  it("earns nothing where the bond is just spent", async () => {
    // Around the fee at which the bond of one token is all gone, also where credits write new slots.
    for (const isFresh of [false, true])
      for (const percent of [95n, 98n, 100n, 102n, 105n]) {
        const bondGas = 2n * (200_000n + 400n);
        const text = textOf("letters", 8_192);
        const { gas } = await play({ ...USUAL, text, tokens: 1n, isFresh });
        const openFee = 1_000n * GWEI;
        const revealFee = (bondGas * openFee * percent) / (gas * 100n);
        await expectNoGain({ ...USUAL, text, tokens: 1n, openFee, revealFee, isFresh });
      }
  });

  it("earns nothing by chunks: one by one, in the wrong order, or again and again", async () => {
    for (const fill of ["zeros", "letters"] as const) {
      const text = textOf(fill, 5 * DELIVERY_CHUNK_BYTES - 77);
      const tokens = 20_480n;
      for (const atOnce of [1, 2, 5])
        await expectCovered({ ...USUAL, text, tokens, reveals: groupsOf(5, atOnce), isFresh: true });
      await expectNoGain({ ...USUAL, text, tokens, reveals: [[4], [3, 2], [1, 0]] });
      const again = await expectNoGain({ ...USUAL, text, tokens, reveals: [[0, 0, 0], [0], [0, 1], [1], [2, 3], [4]] });
      // The client pays for every byte once, whatever was burned.
      expect(again.paid).toBeLessThanOrEqual((200_000n + 50n * BigInt(text.length)) * USUAL.revealFee);
    }
    const long = textOf("letters", 20 * DELIVERY_CHUNK_BYTES);
    await expectCovered({ ...USUAL, text: long, tokens: 20_480n, reveals: groupsOf(20, 8) });
  });

  it("earns nothing by who sends: a stranger, a contract that makes the bytes, an account that runs code", async () => {
    const text = textOf("zeros", 8_192);
    await expectCovered({ ...USUAL, text, by: "stranger" });
    for (const by of ["contract", "delegated"] as const)
      for (const reveals of ["whole", groupsOf(2, 1)] as const)
        expect((await expectNoGain({ ...USUAL, text, by, reveals })).paid).toBe(0n);
  });

  it("earns nothing together with the opener: what one is paid, the other has lost", async () => {
    for (const isFresh of [false, true]) {
      const outcome = await expectNoGain({ ...USUAL, text: textOf("zeros", 8_192), opener: "executor", isFresh });
      expect(outcome.paid).toBe(0n);
    }
  });

  it(`earns nothing in any of ${RANDOM_STRATEGIES} strategies at random`, async () => {
    for (let round = 0; round < RANDOM_STRATEGIES; round++) {
      const length = Math.floor(random() ** 2 * 8 * DELIVERY_CHUNK_BYTES);
      const text = textOf(pick(["zeros", "letters", "bytes", "half"]), length);
      const chunks = chunksIn({ text });
      const openFee = BigInt(Math.floor(10 ** (6 + 5 * random())));
      await expectNoGain({
        text,
        tokens: pick([1n, BigInt(1 + Math.floor(length / 4)), 20_480n, 131_072n]),
        openFee,
        revealFee: (openFee * BigInt(Math.floor(random() * 400))) / 100n,
        tip: pick([0n, 0n, GWEI]),
        reveals: chunks === 0 || random() < 0.5 ? "whole" : groupsOf(chunks, 1 + Math.floor(random() * 8)),
        by: pick(["executor", "executor", "stranger", "contract", "delegated"]),
        opener: pick(["client", "client", "executor"]),
        isFresh: random() < 0.5,
      });
    }
  });
});
