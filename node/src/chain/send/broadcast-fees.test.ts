// How a broadcast raises its fee: at a staged server, in every order that matters.
import { FeeData } from "ethers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { receiptOf, refusing } from "../../../../test/support/scripted-rpc.ts";
import { hashesOf, minedAfter, stageBroadcast } from "../../../../test/support/staged-broadcast.ts";

afterEach(() => void vi.useRealTimers());

describe("a fee", () => {
  it("is raised by a quarter eight times when nothing is mined, then the last one is sent again", async () => {
    const staged = stageBroadcast({ terms: { stuckAfterMs: 0 } });
    minedAfter(staged, 12);
    await staged.broadcast.run();
    expect(staged.sent).toHaveLength(12);
    expect(new Set(hashesOf(staged)).size).toBe(9);
    const offered = staged.sent.map(({ maxFeePerGas }) => maxFeePerGas ?? 0n);
    expect(offered.slice(0, 3)).toEqual([1000n, 1251n, 1564n]);
    expect(new Set(offered.slice(8)).size).toBe(1);
    expect(new Set(staged.sent.map(({ nonce }) => nonce))).toEqual(new Set([4]));
    expect(staged.lines.map(({ msg }) => msg)).toContain("transaction is stuck, sending it again");
    expect(staged.lines[0]).toMatchObject({ nonce: 4, what: "deposit 5", raises: 1 });
    expect(staged.broadcast.hashes).toHaveLength(9);
  });

  it("is raised only after each has had its time", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const times: number[] = [];
    const staged = stageBroadcast({
      script: { receive: () => void times.push(performance.now()) },
      terms: { stuckAfterMs: 1_000 },
    });
    staged.answers.receipt = (hash) => {
      vi.advanceTimersByTime(250);
      return times.length > 3 ? receiptOf(hash) : null;
    };
    await staged.broadcast.run();
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits).toHaveLength(3);
    for (const waitMs of waits) expect(waitMs).toBeGreaterThanOrEqual(1_000);
  });

  it("follows the market, and rises all the same where the market cannot be read", async () => {
    let reads = 0;
    const fees = (): FeeData => {
      if (++reads === 3) throw new Error("no answer");
      return new FeeData(null, reads === 2 ? 5000n : 1000n, 10n);
    };
    const staged = stageBroadcast({ script: { fees }, terms: { stuckAfterMs: 0 } });
    minedAfter(staged, 3);
    await staged.broadcast.run();
    expect(staged.sent.map(({ maxFeePerGas }) => maxFeePerGas)).toEqual([1000n, 5000n, 6251n]);
  });

  it("that is too low is raised at once", async () => {
    for (const kind of ["cheap", "taken"] as const) {
      const staged = stageBroadcast({
        script: {
          // As many as are pending is the next nonce, which is this one: nobody else's waits under it.
          count: () => 4,
          receive: (_, times) => {
            if (times < 3) throw refusing(kind);
          },
        },
      });
      minedAfter(staged, 3);
      await staged.broadcast.run();
      expect(new Set(hashesOf(staged)).size, kind).toBe(3);
    }
  });

  it("is not raised against a transaction of somebody else that waits under the nonce: it is sent again later", async () => {
    const staged = stageBroadcast({
      script: {
        count: (tag) => (tag === "pending" ? 5 : 4),
        receive: (_, times) => {
          if (times < 4) throw refusing("taken");
        },
      },
      terms: { stuckAfterMs: 0 },
    });
    minedAfter(staged, 4);
    await staged.broadcast.run();
    expect(new Set(hashesOf(staged).slice(0, 4)).size).toBe(1);
  });

  it("is raised against one's own transaction that came in although its answer was lost", async () => {
    const staged = stageBroadcast({
      script: {
        count: (tag) => (tag === "pending" ? 5 : 4),
        receive: (_, times) => {
          if (times < 3) throw refusing("taken");
        },
      },
    });
    staged.answers.known = (hash) => (hash === staged.sent[0]?.hash ? { hash } : null);
    minedAfter(staged, 3);
    await staged.broadcast.run();
    expect(new Set(hashesOf(staged)).size).toBe(3);
    expect(staged.broadcast.isOut).toBe(true);
  });

  it("is raised against one's own transaction that is out, also where the server cannot say what waits", async () => {
    const unreadable = (): never => {
      throw new Error("no pool here");
    };
    const staged = stageBroadcast({
      script: {
        count: (tag) => (tag === "pending" ? unreadable() : 4),
        known: unreadable,
        receive: (_, times) => {
          if (times > 1 && times < 4) throw refusing("taken");
        },
      },
      terms: { stuckAfterMs: 0 },
    });
    minedAfter(staged, 4);
    await staged.broadcast.run();
    expect(new Set(hashesOf(staged)).size).toBe(4);
  });

  it("is not raised against somebody else's that waits where one's own may never have arrived", async () => {
    const staged = stageBroadcast({
      script: {
        count: (tag) => (tag === "pending" ? 5 : 4),
        receive: (_, times) => {
          if (times < 4) throw refusing("taken", true);
        },
      },
      terms: { stuckAfterMs: 0 },
    });
    minedAfter(staged, 4);
    await staged.broadcast.run();
    expect(new Set(hashesOf(staged).slice(0, 4)).size).toBe(1);
  });

  it("is raised against one's own that the server knows by its own word, and cannot show", async () => {
    const staged = stageBroadcast({
      script: {
        count: (tag) => (tag === "pending" ? 5 : 4),
        receive: (_, times) => {
          if (times < 4) throw refusing(times === 1 ? "known" : "taken");
        },
      },
      terms: { stuckAfterMs: 0 },
    });
    minedAfter(staged, 4);
    await staged.broadcast.run();
    expect(new Set(hashesOf(staged)).size).toBe(4);
  });

  it("is not raised where nobody can say whose the waiting transaction is", async () => {
    const staged = stageBroadcast({
      script: {
        count: (tag) => {
          if (tag === "pending") throw new Error("no pool here");
          return 4;
        },
        receive: (_, times) => {
          if (times < 3) throw refusing("taken");
        },
      },
      terms: { stuckAfterMs: 0 },
    });
    minedAfter(staged, 3);
    await staged.broadcast.run();
    expect(new Set(hashesOf(staged)).size).toBe(1);
  });
});
