import { describe, expect, it } from "vitest";
import { ANSWER, type Conduct, StagedMarket } from "../../../../test/support/staged-market.ts";
import { afterMeasuring } from "../choose/pace.ts";
import { hedgeMs } from "./ask-hedged.ts";

const STAKE = 100_000_000;
const HOUR = 3_600_000;
/** Nobody is given up within the test; who is silent for 50 ms is hedged. */
const PATIENT = {
  ...{ firstFrameTimeoutMs: HOUR, firstTokenTimeoutMs: HOUR, tokenGapTimeoutMs: HOUR, shortestPatienceMs: HOUR },
  ...{ unknownPatienceMs: 100, cancelWaitMs: 20, random: () => 0 },
};
const honest = (): Conduct => ({ type: "honest" });
const silent = (): Conduct => ({ type: "stalls" });
const later = (): Conduct => ({ type: "waits", until: new Promise((resolve) => setTimeout(resolve, 200)) });

describe("the silence before a second executor is asked", () => {
  it("is half of the patience while nothing is known, and adapts to what was measured", () => {
    const bounds = { shortestPatienceMs: 500, unknownPatienceMs: 10_000 };
    expect(hedgeMs(undefined, bounds)).toBe(5_000);
    expect(hedgeMs(afterMeasuring(undefined, 1_000), bounds)).toBe(2_000);
    expect(hedgeMs({ meanMs: 10, strayMs: 1 }, bounds)).toBe(250);
  });
});

describe("a hedged question", () => {
  it("is answered by a second executor while the first keeps silent, and paid once", async () => {
    using staged = new StagedMarket({ ...PATIENT, hedging: "on" });
    const first = staged.join({ price: 1n, stake: STAKE, conduct: silent });
    const second = staged.join({ price: 1_000n, stake: STAKE, conduct: honest });
    expect(await staged.ask()).toEqual({ text: ANSWER, asked: [first.address, second.address] });
    expect([first.requests, second.requests]).toEqual([1, 1]);
    const paid = staged.store.receipts({ limit: 9 }).map(({ receipt }) => receipt.request.executor);
    expect(paid).toEqual([second.address]);
  });

  it("asks nobody else while the first speaks in time", async () => {
    using staged = new StagedMarket({ ...PATIENT, unknownPatienceMs: HOUR, hedging: "on" });
    const first = staged.join({ price: 1n, stake: STAKE, conduct: honest });
    staged.join({ price: 1_000n, stake: STAKE, conduct: honest });
    expect(await staged.ask()).toEqual({ text: ANSWER, asked: [first.address] });
  });

  it("waits for the first if there is nobody else, and throws what failed if all do", async () => {
    using staged = new StagedMarket({ ...PATIENT, hedging: "on" });
    const only = staged.join({ price: 1n, stake: STAKE, conduct: later });
    expect(await staged.ask()).toEqual({ text: ANSWER, asked: [only.address] });
    using bad = new StagedMarket({ ...PATIENT, hedging: "on" });
    bad.join({ price: 1n, stake: STAKE, conduct: () => ({ type: "refuses", code: "BACKEND_FAILED" }) });
    await expect(bad.ask()).rejects.toMatchObject({ code: "BACKEND_FAILED" });
  });
});

describe("a question of a client that does not hedge", () => {
  it("waits for the first", async () => {
    using staged = new StagedMarket(PATIENT);
    const first = staged.join({ price: 1n, stake: STAKE, conduct: later });
    staged.join({ price: 1_000n, stake: STAKE, conduct: honest });
    expect(await staged.ask()).toEqual({ text: ANSWER, asked: [first.address] });
  });
});
