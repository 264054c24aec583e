// Calls that were sent before, and transactions that were reverted: staged, since it takes hours or bad luck.
import type { Hex } from "@lloom/protocol/commitment-types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type RpcScript, receiptOf, refusing } from "../../../../test/support/scripted-rpc.ts";
import {
  account,
  call,
  EARLIER,
  failureOf,
  HOUR_MS,
  INTENT,
  LOCAL,
  stageSender,
  WORLD,
} from "../../../../test/support/staged-sender.ts";
import { PROBES } from "../../primitives/probes.ts";
import { memoryJournal, type SendJournal } from "./send-journal.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 10 * HOUR_MS }));
afterEach(() => void vi.useRealTimers());

describe("a call that was sent before", () => {
  const journalOf = (sentAtMs: number): SendJournal => {
    const journal = memoryJournal();
    journal.write({ intent: INTENT, nonce: 3, fromBlock: 90, hashes: [EARLIER], sentAtMs });
    return journal;
  };
  /** A block's time, and that of the latest one; `null` where it cannot be read. */
  const mined = (its: number | null, latest: number | null = 20_000) => ({
    count: () => 4,
    receipt: (hash: Hex) => (hash === EARLIER ? receiptOf(hash) : null),
    block: (asked: number) => {
      const timestamp = Number.isNaN(asked) ? latest : its;
      return timestamp === null ? null : { timestamp };
    },
    estimate: (): bigint => {
      throw refusing("invalid");
    },
  });

  it("is gone on with, also where the same would be refused now", async () => {
    const { sender, sent, journal, lines } = stageSender({ journal: journalOf(10 * HOUR_MS), script: mined(0) });
    expect(await sender.send(call)).toMatchObject({ isResumed: true, transactionHash: EARLIER });
    expect(sent).toEqual([]);
    expect(journal.find(INTENT)).toBeUndefined();
    expect(lines[0]).toMatchObject({ nonce: 3, hashes: [EARLIER], what: "deposit 5" });
  });

  it.each([
    ["sent an hour ago", 9 * HOUR_MS, mined(0), true],
    ["sent longer ago, and mined an hour ago", 0, mined(20_000 - 3600), true],
    ["sent longer ago, in a block that cannot be read", 0, mined(null), true],
    ["sent longer ago, and the latest block cannot be read", 0, mined(0, null), true],
    ["sent longer ago, and neither block can be read", 0, mined(null, null), true],
    ["sent and mined longer ago", 9 * HOUR_MS - 1, mined(20_000 - 3601), false],
  ])("and was %s is the same call, or the user's past", async (_, sentAtMs, script, isSame) => {
    const staged = stageSender({ journal: journalOf(sentAtMs), script });
    staged.answers.estimate = () => 80_000n;
    const { receipt } = staged.answers;
    staged.answers.receipt = (hash) =>
      receipt(hash) ?? (staged.sent.some((one) => one.hash === hash) ? receiptOf(hash) : null);
    expect(await staged.sender.send(call)).toMatchObject({ isResumed: isSame });
    expect(staged.sent).toHaveLength(isSame ? 0 : 1);
  });

  it("is sent again with the call's own gas where the same would be refused now and it is in no block", async () => {
    const staged = stageSender({ journal: journalOf(10 * HOUR_MS), script: { ...mined(0), count: () => 3 } });
    staged.answers.receipt = (hash) => (hash === staged.sent[0]?.hash ? receiptOf(hash) : null);
    expect(await staged.sender.send(call)).toMatchObject({ isResumed: true, transactionHash: staged.sent[0]?.hash });
    expect(staged.sent.map(({ nonce, gasLimit }) => [nonce, gasLimit])).toEqual([[3, call.gasLimit]]);
  });

  it("is sent again as it was signed then, whatever the same would be now", async () => {
    const then = { to: call.to, data: "0x9999", value: 5n, gasLimit: 60_000n } as const;
    const journal = memoryJournal();
    journal.write({ intent: INTENT, nonce: 3, fromBlock: 90, hashes: [EARLIER], sentAtMs: 0, call: then });
    for (const act of ["send", "resume"] as const) {
      const staged = stageSender({ journal, script: { ...mined(0), count: () => 3 } });
      staged.answers.receipt = () => null;
      const stop = new AbortController();
      const going = staged.sender[act](call, { signal: stop.signal });
      await expect.poll(() => staged.sent.length).toBeGreaterThan(0);
      stop.abort();
      await failureOf(going);
      expect(staged.sent[0]).toMatchObject({ nonce: 3, data: "0x9999", value: 5n, gasLimit: 60_000n });
    }
  });

  const foreign = { from: account.address, nonce: 3, hash: `0x${"0f".repeat(32)}` };
  const lost: Partial<RpcScript> = {
    count: (tag) => (typeof tag === "number" && tag < 95 ? 3 : 4),
    block: () => ({ transactions: [foreign] }),
  };

  it.each([
    ["was never sent", () => memoryJournal(), {}, LOCAL],
    ["lost its nonce to another wallet", () => journalOf(10 * HOUR_MS), lost, LOCAL],
    ["was mined long ago", () => journalOf(0), mined(0), WORLD],
    [
      "was reverted",
      () => journalOf(10 * HOUR_MS),
      { count: () => 4, receipt: (hash: Hex) => ({ ...receiptOf(hash), status: 0 }) },
      WORLD,
    ],
  ])("and %s is nothing to resume: nothing new is sent", async (_, open, script, chainId) => {
    const staged = stageSender({ chainId, journal: open(), script });
    if (script === lost) staged.answers.receipt = () => null;
    expect(await staged.sender.resume(call)).toBeUndefined();
    expect(staged.sent).toEqual([]);
    expect(staged.journal.find(INTENT)).toBeUndefined();
  });

  it("is resumed where it was mined lately", async () => {
    const staged = stageSender({ journal: journalOf(10 * HOUR_MS), script: mined(0) });
    expect(await staged.sender.resume(call)).toMatchObject({ isResumed: true, transactionHash: EARLIER });
    expect(staged.sent).toEqual([]);
  });

  it("and lost its nonce to another wallet is made anew", async () => {
    const script = lost;
    const staged = stageSender({ chainId: LOCAL, journal: journalOf(10 * HOUR_MS), script });
    staged.answers.receipt = (hash) => (staged.sent.some((one) => one.hash === hash) ? receiptOf(hash) : null);
    expect(await staged.sender.send(call)).toMatchObject({ isResumed: false });
    expect(staged.sent.map(({ nonce }) => nonce)).toEqual([4]);
  });

  it("is not forgotten when another call takes its nonce, because the server has lost it, and happens once", async () => {
    const staged = stageSender({ journal: journalOf(10 * HOUR_MS), script: { count: () => 3 } });
    const other = await staged.sender.send({ ...call, what: "stake 1", data: "0x5678" });
    expect(staged.sent.map(({ nonce }) => nonce)).toEqual([3]);
    // Another server had it all the time, and it was mined instead.
    staged.answers.count = () => 4;
    staged.answers.receipt = (hash) => (hash === EARLIER ? receiptOf(hash) : null);
    expect(other.transactionHash).not.toBe(EARLIER);
    expect(await staged.sender.send(call)).toMatchObject({ isResumed: true, transactionHash: EARLIER });
    expect(staged.sent).toHaveLength(1);
  });

  it("and was reverted is made anew", async () => {
    const staged = stageSender({ journal: journalOf(10 * HOUR_MS), script: { count: () => 4 } });
    staged.answers.receipt = (hash) =>
      hash === EARLIER ? { ...receiptOf(hash), status: 0 } : staged.sent.length > 0 ? receiptOf(hash) : null;
    expect(await staged.sender.send(call)).toMatchObject({ isResumed: false });
    expect(staged.sent).toHaveLength(1);
  });
});

describe("a transaction that was reverted", () => {
  const reverted = (script: Partial<RpcScript>) =>
    stageSender({ script: { receipt: (hash) => ({ ...receiptOf(hash), status: 0 }), ...script } });

  it("says so with its hash and its gas where its replay tells no reason", async () => {
    const { sender, sent } = reverted({});
    expect(await failureOf(sender.send(call))).toMatchObject({
      code: "TRANSACTION_FAILED",
      message: expect.stringMatching(/was reverted/),
      next: "It may have run out of gas, or the chain changed meanwhile: try again.",
      details: { transactionHash: sent[0]?.hash, transactionHashes: [sent[0]?.hash], gasUsed: "50000" },
    });
  });

  it("is told with its fee to whoever measures, and so is one that was not", async () => {
    const told: unknown[] = [];
    const receipt = (status: number) => (hash: Hex) => ({ ...receiptOf(hash), status, fee: 7n });
    const { sender, answers } = reverted({ receipt: receipt(0) });
    await failureOf(sender.send(call));
    using _ = PROBES.mined.listen((fact) => void told.push(fact));
    await failureOf(sender.send(call));
    answers.receipt = receipt(1);
    await sender.send(call);
    expect(told).toEqual([
      { isReverted: true, feeWei: 7n },
      { isReverted: false, feeWei: 7n },
    ]);
  });

  it("says so too where its replay fails for another reason, and the contract's reason where there is one", async () => {
    const { sender, answers, sent } = reverted({
      call: () => {
        throw refusing("lag");
      },
    });
    expect(await failureOf(sender.send(call))).toMatchObject({ message: expect.stringMatching(/was reverted/) });
    const replayed: unknown[] = [];
    answers.call = (tag) => {
      replayed.push(tag);
      throw Object.assign(new Error("reverted"), { code: "CALL_EXCEPTION", data: null });
    };
    expect(await failureOf(sender.send(call))).toMatchObject({
      code: "TRANSACTION_FAILED",
      details: { error: "unknown", transactionHash: sent[1]?.hash, transactionHashes: [sent[1]?.hash] },
    });
    expect(replayed).toEqual([101]);
  });
});
