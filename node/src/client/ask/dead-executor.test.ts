import { describe, expect, it } from "vitest";
import { ANSWER, type Conduct, StagedMarket } from "../../../../test/support/staged-market.ts";
import { aborted } from "../../primitives/aborted.ts";

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
  const nobodyAnswers = async (_: unknown, signal: AbortSignal): Promise<void> => {
    await aborted(signal);
    signal.throwIfAborted();
  };

  it("is left for another one after the patience with connections, without a request", async () => {
    let calls = 0;
    const reach = (target: unknown, signal: AbortSignal) =>
      calls++ === 0 ? nobodyAnswers(target, signal) : Promise.resolve();
    // Times that were measured are no whole numbers.
    const hasty = { random: () => 0, dialPatienceMs: 5.5, unknownPatienceMs: 5.5, firstFrameTimeoutMs: HOUR };
    using staged = new StagedMarket({ ...hasty, shortestPatienceMs: HOUR, firstTokenTimeoutMs: 10 }, { reach });
    const unplugged = staged.join({ price: 1n, stake: STAKE, conduct: honest });
    const other = staged.join({ price: 1_000n, stake: STAKE, conduct: honest });
    expect(await staged.ask()).toEqual({ text: ANSWER, asked: [unplugged.address, other.address] });
    expect([unplugged.requests, other.requests]).toEqual([0, 1]);
  });

  it("is waited for when there is nobody else", async () => {
    const called = Promise.withResolvers<AbortSignal>();
    const connected = Promise.withResolvers<void>();
    const reach = (_: unknown, signal: AbortSignal) => {
      called.resolve(signal);
      return connected.promise;
    };
    using staged = new StagedMarket({ ...PATIENT, dialPatienceMs: 0, unknownPatienceMs: 0 }, { reach });
    const only = staged.join({ price: 1n, stake: STAKE, conduct: honest });
    const asked = staged.ask();
    const signal = await called.promise;
    // A limit that began before this one would be over.
    await aborted(AbortSignal.timeout(20));
    expect(signal.aborted).toBe(false);
    connected.resolve();
    expect((await asked).asked).toEqual([only.address]);
  });
});
