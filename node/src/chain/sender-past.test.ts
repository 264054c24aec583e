// Calls that were sent before, and transactions that were reverted: staged, since it takes hours or bad luck.
import type { Hex } from "@lloom/protocol/commitment-types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type RpcScript, receiptOf, refusing } from "../../../test/support/scripted-rpc.ts";
import { call, EARLIER, failureOf, HOUR_MS, INTENT, stageSender } from "../../../test/support/staged-sender.ts";
import { memoryJournal, type SendJournal } from "./send-journal.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 10 * HOUR_MS }));
afterEach(() => void vi.useRealTimers());

describe("a call that was sent before", () => {
  const journalOf = (sentAtMs: number): SendJournal => {
    const journal = memoryJournal();
    journal.write({ intent: INTENT, nonce: 3, fromBlock: 90, hashes: [EARLIER], sentAtMs });
    return journal;
  };
  const mined = (block: number | undefined) => ({
    count: () => 4,
    receipt: (hash: Hex) => (hash === EARLIER ? receiptOf(hash) : null),
    block: (asked: number) => (block === undefined ? null : { timestamp: Number.isNaN(asked) ? 20_000 : block }),
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
    ["sent an hour ago", 9 * HOUR_MS, 0, true],
    ["sent longer ago, and mined an hour ago", 0, 20_000 - 3600, true],
    ["sent longer ago, in a block that cannot be read", 0, undefined, true],
    ["sent and mined longer ago", 9 * HOUR_MS - 1, 20_000 - 3601, false],
  ])("and was %s is the same call, or the user's past", async (_, sentAtMs, block, isSame) => {
    const staged = stageSender({ journal: journalOf(sentAtMs), script: mined(block) });
    staged.answers.estimate = () => 80_000n;
    const { receipt } = staged.answers;
    staged.answers.receipt = (hash) =>
      receipt(hash) ?? (staged.sent.some((one) => one.hash === hash) ? receiptOf(hash) : null);
    expect(await staged.sender.send(call)).toMatchObject({ isResumed: isSame });
    expect(staged.sent).toHaveLength(isSame ? 0 : 1);
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
