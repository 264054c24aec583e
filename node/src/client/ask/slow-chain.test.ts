import { describe, expect, it } from "vitest";
import { ANSWER, type Conduct, QUESTION, StagedMarket } from "../../../../test/support/staged-market.ts";
import { LloomError } from "../../errors.ts";

const HONEST = { stake: 100, conduct: () => ({ type: "honest" }) as const };
const SOON_MS = 20;

/** A client that tries newcomers whenever it can. */
const explorer = (): StagedMarket =>
  new StagedMarket({ chainPatienceMs: SOON_MS, strangerWaitMs: SOON_MS, exploration: 1, random: () => 0 });

/** Enough answers for a channel that covers many more. */
async function befriend(staged: StagedMarket): Promise<void> {
  for (let answers = 0; answers < 3; answers += 1) await staged.ask();
}

describe("a chain that does not answer", () => {
  it("holds up no question that somebody else can be paid for", async () => {
    using staged = explorer();
    const known = staged.join({ ...HONEST, price: 1_000n });
    await befriend(staged);
    const newcomer = staged.join({ ...HONEST, price: 1_000n });
    staged.chainAnswers = () => new Promise(() => undefined);
    expect(await staged.ask()).toEqual({ text: ANSWER, asked: [newcomer.address, known.address] });
    // The first transaction still waits, and so does everything behind it.
    expect((await staged.ask()).asked.at(-1)).toBe(known.address);
    expect(newcomer.requests).toBe(0);
  });

  it("is not held against who was to be paid", async () => {
    using staged = explorer();
    staged.join({ ...HONEST, price: 1_000n });
    await befriend(staged);
    const newcomer = staged.join({ ...HONEST, price: 1_000n });
    staged.chainAnswers = () => new Promise(() => undefined);
    await staged.ask();
    const known = staged.book.candidates("staged", staged.nowMs);
    expect(known.find(({ signed }) => signed.offer.executor === newcomer.address)?.health.failures).toBe(0);
  });

  it("is waited for after all when who can be paid does not answer", async () => {
    using staged = explorer();
    let answers = 0;
    const turns = (): Conduct => (answers++ < 3 ? { type: "honest" } : { type: "refuses", code: "INTERNAL" });
    const turncoat = staged.join({ price: 1_000n, stake: 100, conduct: turns });
    await befriend(staged);
    const newcomer = staged.join({ ...HONEST, price: 1_000n });
    const { promise, resolve } = Promise.withResolvers<void>();
    staged.chainAnswers = () => promise;
    const asking = staged.ask();
    setTimeout(resolve, 10 * SOON_MS);
    const asked = [newcomer.address, turncoat.address, newcomer.address];
    expect(await asking).toEqual({ text: ANSWER, asked });
  });

  it("is waited for when nobody else can be paid", async () => {
    using staged = explorer();
    const only = staged.join({ ...HONEST, price: 1_000n });
    const { promise, resolve } = Promise.withResolvers<void>();
    staged.chainAnswers = () => promise;
    const asking = staged.ask();
    // Well after the patience, which must not have begun.
    setTimeout(resolve, 10 * SOON_MS);
    expect(await asking).toEqual({ text: ANSWER, asked: [only.address] });
  });

  it("is asked once more when it failed and nobody can be paid without it", async () => {
    using staged = explorer();
    const only = staged.join({ ...HONEST, price: 1_000n });
    let failures = 0;
    const failing = async (): Promise<void> => {
      failures += 1;
      throw new LloomError("CHAIN_UNREACHABLE", "The RPC server does not serve.");
    };
    staged.chainAnswers = async () => (failures === 0 ? failing() : undefined);
    expect(await staged.ask()).toEqual({ text: ANSWER, asked: [only.address, only.address] });
    await befriend(staged);
    const stranger = staged.join({ ...HONEST, price: 1_000n });
    staged.chainAnswers = failing;
    failures = 0;
    expect(await staged.ask()).toEqual({ text: ANSWER, asked: [stranger.address, only.address] });
    expect(failures).toBe(1);
  });

  it("that stays away is told after two tries", async () => {
    using staged = explorer();
    const { address } = staged.join({ ...HONEST, price: 1_000n });
    staged.chainAnswers = () => Promise.reject(new LloomError("CHAIN_UNREACHABLE", "The RPC server does not serve."));
    const asked: string[] = [];
    const asking = async (): Promise<void> => {
      for await (const event of staged.events(QUESTION)) if (event.type === "executor") asked.push(event.executor);
    };
    await expect(asking()).rejects.toMatchObject({ code: "CHAIN_UNREACHABLE" });
    expect(asked).toEqual([address, address]);
  });
});
