// What a broadcast makes of refusals: at a staged server, in every order that matters.
import { describe, expect, it } from "vitest";
import { receiptOf, refusing } from "../../../../test/support/scripted-rpc.ts";
import { hashesOf, minedAfter, stageBroadcast } from "../../../../test/support/staged-broadcast.ts";
import { RpcError, type RpcErrorKind } from "../rpc/rpc-error.ts";

describe("a refusal", () => {
  it.each<RpcErrorKind>(["busy", "lag", "indexing", "nonceAhead"])(
    "of a server that is %s is waited out, and nothing counts as sent",
    async (kind) => {
      const isOut: boolean[] = [];
      const staged = stageBroadcast({
        script: {
          receive: (_, times) => {
            isOut.push(staged.broadcast.isOut);
            if (times < 4) throw refusing(kind);
          },
        },
      });
      minedAfter(staged, 4);
      await staged.broadcast.run();
      expect(isOut).toEqual([false, false, false, false]);
      expect(new Set(hashesOf(staged)).size).toBe(1);
      expect(staged.broadcast.isOut).toBe(true);
    },
  );

  it.each<RpcErrorKind>(["busy", "lag", "indexing", "nonceAhead", "cheap", "taken", "funds", "invalid"])(
    "that is %s after a try without an answer proves nothing: what may be out counts as sent",
    async (kind) => {
      const isOut: boolean[] = [];
      const staged = stageBroadcast({
        script: {
          count: () => 4,
          receive: (_, times) => {
            isOut.push(staged.broadcast.isOut);
            if (times < 3) throw refusing(kind, times === 1);
          },
        },
        terms: { stuckAfterMs: 0 },
      });
      minedAfter(staged, 3);
      await staged.broadcast.run();
      expect(isOut).toEqual([false, true, true]);
    },
  );

  it("that came late, from a server that asks others, proves nothing either", async () => {
    const isOut: boolean[] = [];
    const staged = stageBroadcast({
      script: {
        receive: (_, times) => {
          isOut.push(staged.broadcast.isOut);
          if (times < 2) throw new RpcError("busy", { code: -32016, message: "Module Timeout" });
        },
      },
    });
    minedAfter(staged, 2);
    await staged.broadcast.run();
    expect(isOut).toEqual([false, true]);
  });

  it.each<RpcErrorKind>(["funds", "invalid"])("for good (%s) ends it while nothing is out", async (kind) => {
    const staged = stageBroadcast({
      script: {
        receive: () => {
          throw refusing(kind);
        },
      },
    });
    await expect(staged.broadcast.run()).rejects.toMatchObject({ kind });
    expect(staged.broadcast.isOut).toBe(false);
  });

  it.each<RpcErrorKind>(["funds", "invalid"])(
    "for good (%s) of a raised fee ends nothing: the first one is out",
    async (kind) => {
      const staged = stageBroadcast({
        script: {
          receive: (_, times) => {
            if (times > 1) throw refusing(kind);
          },
        },
        terms: { stuckAfterMs: 0 },
      });
      staged.answers.receipt = (hash) =>
        staged.sent.length > 3 && hash === staged.sent[0]?.hash ? receiptOf(hash) : null;
      expect(await staged.broadcast.run()).toMatchObject({ hash: staged.sent[0]?.hash });
    },
  );

  it.each<RpcErrorKind>(["known", "nonceUsed"])(
    "that says %s means that it is there: it is looked for, not sent again",
    async (kind) => {
      let looks = 0;
      const staged = stageBroadcast({
        script: {
          receive: () => {
            throw refusing(kind);
          },
        },
      });
      staged.answers.receipt = (hash) => (++looks < 5 ? null : receiptOf(hash));
      await staged.broadcast.run();
      expect(staged.sent).toHaveLength(1);
      expect(staged.broadcast.isOut).toBe(true);
      expect(staged.lines).toEqual([]);
    },
  );

  it("for good ends nothing once the server has shown one's own under the nonce, though it never said that it took it", async () => {
    const staged = stageBroadcast({
      script: {
        count: () => 4,
        receive: (_, times) => {
          throw refusing(times === 1 ? "taken" : "funds");
        },
      },
    });
    staged.answers.known = (hash) => (hash === staged.sent[0]?.hash ? { hash } : null);
    staged.answers.receipt = (hash) =>
      staged.sent.length > 1 && hash === staged.sent[0]?.hash ? receiptOf(hash) : null;
    expect(await staged.broadcast.run()).toMatchObject({ hash: staged.sent[0]?.hash });
    expect(staged.sent).toHaveLength(2);
  });

  it("in words that nobody knows may mean anything: it counts as sent, is told, and is sent again", async () => {
    const staged = stageBroadcast({
      script: {
        receive: (_, times) => {
          if (times < 3) throw new Error("teapot");
        },
      },
    });
    minedAfter(staged, 3);
    await staged.broadcast.run();
    expect(new Set(hashesOf(staged)).size).toBe(1);
    expect(staged.lines).toHaveLength(2);
    expect(staged.lines[0]).toMatchObject({ nonce: 4, what: "deposit 5", problem: "teapot" });
  });
});
