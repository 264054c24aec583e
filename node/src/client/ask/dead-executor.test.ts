import { describe, expect, it } from "vitest";
import { ANSWER, type Conduct, StagedMarket } from "../../../../test/support/staged-market.ts";
import { LloomError } from "../../errors.ts";

const STAKE = 100_000_000;
const HOUR = 3_600_000;
const PATIENT = { random: () => 0, unknownPatienceMs: HOUR, firstFrameTimeoutMs: HOUR, cancelWaitMs: 20 };
const honest = (): Conduct => ({ type: "honest" });

/** One that has answered well is killed; another one is dearer, and has answered nothing yet. */
async function bereaved(conduct: (request: number) => Conduct) {
  const staged = new StagedMarket(PATIENT);
  const dead = staged.join({
    price: 1n,
    stake: STAKE,
    conduct: (request) => (request < 5 ? honest() : conduct(request)),
  });
  const living = staged.join({ price: 1_000n, stake: STAKE, conduct: honest });
  for (let question = 0; question < 5; question += 1) expect((await staged.ask()).asked).toEqual([dead.address]);
  return { staged, dead, living };
}

describe("an executor that was killed", () => {
  it("costs one try, and is not chosen again while somebody else answers, however long its offer stands", async () => {
    const { staged, dead, living } = await bereaved(() => ({ type: "dies" }));
    using _ = staged;
    expect(await staged.ask()).toEqual({ text: ANSWER, asked: [dead.address, living.address] });
    for (let minute = 0; minute < 20; minute += 1) {
      staged.nowMs += 60_000;
      for (const executor of [dead, living]) staged.speak(executor);
      expect((await staged.ask()).asked).toEqual([living.address]);
    }
    expect(dead.requests).toBe(6);
  });

  it("costs nothing once its connection has ended, until it is heard again", async () => {
    using staged = new StagedMarket(PATIENT);
    const lost = staged.join({ price: 1n, stake: STAKE, conduct: honest });
    const other = staged.join({ price: 1_000n, stake: STAKE, conduct: honest });
    staged.book.lose(lost.address, staged.nowMs);
    expect((await staged.ask()).asked).toEqual([other.address]);
    using again = new StagedMarket(PATIENT);
    const back = again.join({ price: 1n, stake: STAKE, conduct: honest });
    again.join({ price: 1_000n, stake: STAKE, conduct: honest });
    again.book.lose(back.address, again.nowMs);
    again.nowMs += 1;
    again.speak(back);
    expect((await again.ask()).asked).toEqual([back.address]);
  });

  it("is the one that is asked when there is nobody else, also without a connection", async () => {
    using staged = new StagedMarket(PATIENT);
    const only = staged.join({ price: 1n, stake: STAKE, conduct: honest });
    staged.book.lose(only.address, staged.nowMs);
    expect((await staged.ask()).asked).toEqual([only.address]);
  });
});

describe("an executor that takes no call", () => {
  it.each([
    ["connections", 2 * HOUR, 2 * HOUR],
    ["first tokens, if they take longer", 0, HOUR],
  ])("is left for another one after the patience with %s, without a request", async (_, dialPatienceMs, patienceMs) => {
    const limits: (number | undefined)[] = [];
    const reach = async (_target: unknown, _signal: AbortSignal, mostMs?: number): Promise<void> => {
      limits.push(mostMs);
      if (limits.length === 1) throw new LloomError("EXECUTOR_UNREACHABLE", "Nobody answers.");
    };
    const hour = { shortestPatienceMs: HOUR, firstTokenTimeoutMs: HOUR };
    using staged = new StagedMarket({ ...PATIENT, ...hour, dialPatienceMs }, { reach });
    const unplugged = staged.join({ price: 1n, stake: STAKE, conduct: honest });
    const other = staged.join({ price: 1_000n, stake: STAKE, conduct: honest });
    expect(await staged.ask()).toEqual({ text: ANSWER, asked: [unplugged.address, other.address] });
    expect([unplugged.requests, other.requests]).toEqual([0, 1]);
    // With nobody left to ask there is no limit but the host's.
    expect(limits).toEqual([patienceMs, undefined]);
  });

  it("is waited for when there is nobody else", async () => {
    const limits: (number | undefined)[] = [];
    const reach = async (_target: unknown, _signal: AbortSignal, mostMs?: number) => void limits.push(mostMs);
    using staged = new StagedMarket({ ...PATIENT, dialPatienceMs: 0, unknownPatienceMs: 0 }, { reach });
    const only = staged.join({ price: 1n, stake: STAKE, conduct: honest });
    expect((await staged.ask()).asked).toEqual([only.address]);
    expect(limits).toEqual([undefined]);
  });
});
