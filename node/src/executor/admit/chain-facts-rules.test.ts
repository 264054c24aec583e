// What is asked of a chain, and how long it is remembered: staged, answer by answer. With a real chain: chain-facts.test.ts.
import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it, vi } from "vitest";
import type { Chain } from "../../chain/chain.ts";
import { principalReader } from "../../chain/read/principals.ts";
import { LloomError } from "../../errors.ts";
import { readKnownChannel, settledNonceReader } from "./chain-facts.ts";

const NOBODY: Address = `0x${"00".repeat(20)}`;
const CLIENT: Address = `0x${"c1".repeat(20)}`;
const EXECUTOR: Address = `0x${"ee".repeat(20)}`;
const SIGNER: Address = `0x${"51".repeat(20)}`;
const stranger = (index: number): Address => `0x${index.toString(16).padStart(40, "0")}`;

interface Answers {
  principal: Address;
  thawEnd: bigint;
  chainSeconds: bigint;
  nonce: bigint;
  /** Thrown instead of any answer. */
  failure: Error | undefined;
}

/** A chain that says what the test wants, with what it was asked. */
function stage(script: Partial<Answers> = {}) {
  const answers: Answers = {
    ...{ principal: CLIENT, thawEnd: 0n, chainSeconds: 1_000n, nonce: 3n, failure: undefined },
    ...script,
  };
  const asked: unknown[][] = [];
  const answer =
    <T>(tell: () => T) =>
    async (...of: unknown[]) => {
      asked.push(of);
      if (answers.failure !== undefined) throw answers.failure;
      return tell();
    };
  const accounting = {
    signers: answer(() => ({ principal: answers.principal, thawEnd: answers.thawEnd })),
    lanes: answer(() => ({ cost: 0n, inbound: 0n, outbound: 0n, nonce: answers.nonce })),
    channels: answer(() => ({ balance: 7n, unlocking: 2n, unlockAt: 9n })),
  };
  const chain = { contracts: { accounting }, nowSeconds: async () => answers.chainSeconds } as unknown as Chain;
  return { chain, answers, asked };
}

describe("a session signer", () => {
  it("is taken for its principal's for a minute, then asked about again", async () => {
    const { chain, answers, asked } = stage();
    let nowMs = 1_000;
    const principalOf = principalReader(chain, () => nowMs);
    expect([await principalOf(SIGNER), await principalOf(SIGNER)]).toEqual([CLIENT, CLIENT]);
    answers.principal = EXECUTOR;
    nowMs += 59_999;
    expect(await principalOf(SIGNER)).toBe(CLIENT);
    expect(asked).toEqual([[SIGNER]]);
    nowMs += 1;
    expect(await principalOf(SIGNER)).toBe(EXECUTOR);
    expect(asked).toHaveLength(2);
  });

  it("counts for nobody while it thaws, for five seconds, as whoever signs for nobody", async () => {
    for (const script of [{ thawEnd: 1n }, { principal: NOBODY }]) {
      const { chain, answers, asked } = stage(script);
      let nowMs = 1_000;
      const principalOf = principalReader(chain, () => nowMs);
      expect(await principalOf(SIGNER)).toBeUndefined();
      Object.assign(answers, { thawEnd: 0n, principal: CLIENT });
      nowMs += 4_999;
      expect(await principalOf(SIGNER)).toBeUndefined();
      expect(asked).toHaveLength(1);
      nowMs += 1;
      expect(await principalOf(SIGNER)).toBe(CLIENT);
    }
  });

  it("is asked about once for all who wait, and again after a failure", async () => {
    const { chain, answers, asked } = stage({ failure: new LloomError("CHAIN_UNREACHABLE", "No answer.") });
    const principalOf = principalReader(chain, () => 0);
    const waiting = [principalOf(SIGNER), principalOf(SIGNER)];
    for (const outcome of await Promise.allSettled(waiting))
      expect(outcome).toMatchObject({ reason: { code: "CHAIN_UNREACHABLE" } });
    expect(asked).toHaveLength(1);
    answers.failure = undefined;
    expect(await principalOf(SIGNER)).toBe(CLIENT);
  });

  it("that was in force is asked about however many strangers come; strangers are not, beyond forty at once", async () => {
    const { chain, answers, asked } = stage();
    let nowMs = 1_000;
    const principalOf = principalReader(chain, () => nowMs);
    await principalOf(SIGNER);
    answers.principal = NOBODY;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 500 }, (_, index) => principalOf(stranger(index + 1))),
    );
    const refused = outcomes.filter(({ status }) => status === "rejected");
    expect(refused[0]).toMatchObject({ reason: { code: "RATE_LIMITED", retryable: true } });
    // One of the forty was the signer's own first question.
    expect(outcomes.slice(0, 39).map(({ status }) => status)).toEqual(Array(39).fill("fulfilled"));
    expect(asked.length).toBeLessThan(300);
    nowMs += 60_000;
    answers.principal = CLIENT;
    expect(await principalOf(SIGNER)).toBe(CLIENT);
  });
});

describe("what is remembered", () => {
  it("is of ten thousand signers: who was asked about longest ago is asked about again", async () => {
    const { chain, asked } = stage();
    let steadyMs = 0;
    const steady = vi.spyOn(performance, "now").mockImplementation(() => steadyMs);
    const principalOf = principalReader(chain, () => 0);
    for (let index = 0; index <= 10_000; index++) {
      steadyMs += 50;
      await principalOf(stranger(index + 1));
    }
    await principalOf(stranger(10_001));
    expect(asked).toHaveLength(10_001);
    steadyMs += 50;
    await principalOf(stranger(1));
    steady.mockRestore();
    expect(asked).toHaveLength(10_002);
  });

  it("is of a hundred thousand lanes", async () => {
    const { chain, asked } = stage();
    const nonceOf = settledNonceReader(chain, EXECUTOR);
    for (let lane = 0n; lane <= 100_000n; lane++) await nonceOf(CLIENT, lane);
    await nonceOf(CLIENT, 100_000n);
    expect(asked).toHaveLength(100_001);
    await nonceOf(CLIENT, 0n);
    expect(asked).toHaveLength(100_002);
  });
});

describe("a channel", () => {
  it("comes with how far the chain's clock is ahead of this one, if it is", async () => {
    const { chain, asked } = stage({ chainSeconds: 1_000n });
    const known = (nowMs: number) => readKnownChannel(chain, { client: CLIENT, executor: EXECUTOR, nowMs });
    const funds = { balance: 7n, unlocking: 2n, unlockAt: 9n };
    expect(await known(990_999)).toEqual({ ...funds, skewSeconds: 10n });
    expect(await known(1_000_000)).toEqual({ ...funds, skewSeconds: 0n });
    expect(await known(1_700_000)).toEqual({ ...funds, skewSeconds: 0n });
    expect(asked[0]).toEqual([CLIENT, EXECUTOR]);
  });
});

describe("the settled nonce of a lane", () => {
  it("is read once for each lane of each client, zero too, and again after a failure", async () => {
    const { chain, answers, asked } = stage({ nonce: 0n, failure: new LloomError("CHAIN_UNREACHABLE", "No answer.") });
    const nonceOf = settledNonceReader(chain, EXECUTOR);
    await expect(nonceOf(CLIENT, 1n)).rejects.toMatchObject({ code: "CHAIN_UNREACHABLE" });
    answers.failure = undefined;
    expect(await nonceOf(CLIENT, 1n)).toBe(0n);
    answers.nonce = 5n;
    expect([await nonceOf(CLIENT, 1n), await nonceOf(CLIENT, 11n), await nonceOf(SIGNER, 1n)]).toEqual([0n, 5n, 5n]);
    expect(asked).toEqual([
      [CLIENT, EXECUTOR, 1n],
      [CLIENT, EXECUTOR, 1n],
      [CLIENT, EXECUTOR, 11n],
      [SIGNER, EXECUTOR, 1n],
    ]);
  });
});
