import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { afterEach, describe, expect, it } from "vitest";
import { createExchange, TEST_CIPHER } from "../../../../test/support/exchange.ts";
import type { PairOutcome } from "../../chain/account/settle.ts";
import { LloomError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import { openDatabase } from "../../store/database/database.ts";
import { type ExecutorLog, openExecutorLog } from "../../store/executor/executor-log.ts";
import { Settlement } from "./settlement.ts";

const { ask, answer, client } = createExchange();
const TX: Hex = `0x${"77".repeat(32)}`;
const OWED = 180n;
const cleanup: (() => void)[] = [];
afterEach(() => {
  for (const act of cleanup.splice(0).reverse()) act();
});

/** A log on disk with one signed answer that is worth 180 base units. */
function logWithAnswer(): ExecutorLog {
  const dir = mkdtempSync(join(tmpdir(), "lloom-settlement-"));
  cleanup.push(() => rmSync(dir, { recursive: true }));
  const db = openDatabase(join(dir, "executor.sqlite"), { cipher: TEST_CIPHER });
  cleanup.push(() => db[Symbol.dispose]());
  const store = openExecutorLog(db);
  const asked = ask(EMPTY_LANE);
  const { request, requestHash, clientSignature } = asked;
  const { response, responseHash, executorSignature } = answer(EMPTY_LANE, asked);
  store.accept({ requestHash, request, clientSignature, acceptedAtMs: 0 });
  const saved = { requestHash, response, responseHash, contentSalt: TX, delivered: new Uint8Array(), answeredAtMs: 0 };
  store.saveAnswer(saved);
  store.saveSignature(requestHash, executorSignature);
  return store;
}

type Turn = (receipt: Receipt) => PairOutcome;
const paid =
  (laneCost: bigint): Turn =>
  (receipt) => ({
    receipt,
    status: "paid",
    transactionHash: TX,
    acknowledgedPaid: 0n,
    tailPaid: laneCost,
    laneCost,
    unpaid: OWED - laneCost,
    channelBalance: 0n,
  });
const rejected =
  (reason: "Expired" | "NothingToPay"): Turn =>
  (receipt) => ({
    receipt,
    status: "rejected",
    transactionHash: TX,
    reason,
  });
/** Of a later transaction of several: the ones before went through. */
const failed: Turn = (receipt) => ({
  receipt,
  status: "failed",
  error: new LloomError("TRANSACTION_FAILED", "The second transaction failed."),
});
const lost: Turn = () => {
  throw new LloomError("CHAIN_UNREACHABLE", "No answer came.");
};

/** A settlement whose chain does in turn what the test says, and has paid the lane as much as it says. */
function staged(turns: readonly Turn[], chain: { cost: bigint; hangs?: boolean } = { cost: 0n }) {
  const store = logWithAnswer();
  let [calls, looks] = [0, 0];
  const settlement = new Settlement({
    store,
    settle: async ([receipt]) => {
      const turn = turns[calls];
      calls += 1;
      if (turn === undefined) throw new LloomError("INTERNAL", "Settled more often than the test foresees.");
      return [turn(receipt)];
    },
    readLane: async () => {
      if (chain.hangs === true) await new Promise(() => undefined);
      return { nonce: 0n, cost: chain.cost };
    },
    onPaid: () => undefined,
    settleAmount: 1n,
    settleAgeMs: 3_600_000,
    checkMs: 1,
    clock: () => {
      looks += 1;
      return 1_000;
    },
    log: createLog({ level: "silent", name: "test" }),
  });
  /** Until the loop has looked so often again: whatever it would do by itself, it has done. */
  const later = async () => {
    const until = looks + 10;
    await expect.poll(() => looks, { timeout: 5_000 }).toBeGreaterThan(until);
  };
  return { store, settlement, calls: () => calls, later };
}

describe("the settlement loop", () => {
  it("pays once and then leaves the lane alone", async () => {
    const { store, settlement, calls, later } = staged([paid(OWED)]);
    await expect.poll(() => store.unsettled()).toEqual([]);
    await later();
    await settlement[Symbol.asyncDispose]();
    expect([calls(), settlement.owed]).toEqual([1, 0n]);
  });

  it("holds what was not covered, until the channel is filled", async () => {
    const { store, settlement, calls, later } = staged([paid(80n), paid(OWED)]);
    await expect.poll(() => store.unsettled()).toMatchObject([{ amountOwed: 100n }]);
    await later();
    expect(calls()).toBe(1);
    settlement.lift(client.address);
    await expect.poll(() => store.unsettled()).toEqual([]);
    await settlement[Symbol.asyncDispose]();
    expect(calls()).toBe(2);
  });

  it("holds what there was nothing to pay from, and tries at a drain", async () => {
    const { settlement, calls, later } = staged([rejected("NothingToPay"), paid(OWED)]);
    await expect.poll(() => calls()).toBe(1);
    await later();
    expect(calls()).toBe(1);
    await settlement.settleAll(AbortSignal.timeout(5_000));
    await settlement[Symbol.asyncDispose]();
    expect(calls()).toBe(2);
  });

  it("writes off what will never be taken", async () => {
    const { store, settlement, calls, later } = staged([rejected("Expired")]);
    await expect.poll(() => store.unsettled()).toEqual([]);
    await later();
    await settlement[Symbol.asyncDispose]();
    expect(calls()).toBe(1);
  });

  it("asks the chain after a loss, and does not pay for a lane again that was paid", async () => {
    const chain = { cost: 0n };
    const mined: Turn = (receipt) => {
      chain.cost = OWED;
      return lost(receipt);
    };
    const { store, settlement, calls } = staged([mined], chain);
    await expect.poll(() => store.unsettled(), { timeout: 5_000 }).toEqual([]);
    await settlement[Symbol.asyncDispose]();
    expect(calls()).toBe(1);
  });

  it("tries the lanes of a later transaction again that failed, by itself and at a drain", async () => {
    const alone = staged([failed, paid(OWED)]);
    await expect.poll(() => alone.store.unsettled(), { timeout: 5_000 }).toEqual([]);
    await alone.settlement[Symbol.asyncDispose]();
    expect(alone.calls()).toBe(2);
    const atDrain = staged([rejected("NothingToPay"), failed, paid(OWED)]);
    await expect.poll(() => atDrain.calls()).toBe(1);
    await atDrain.later();
    await atDrain.settlement.settleAll(AbortSignal.timeout(5_000));
    expect(atDrain.store.unsettled()).toEqual([]);
    await atDrain.settlement[Symbol.asyncDispose]();
    expect(atDrain.calls()).toBe(3);
  });

  it("does not wait for a server that hangs longer than it is told to, at a drain or when it closes", async () => {
    const { settlement, store } = staged([], { cost: 0n, hangs: true });
    await expect(settlement.settleAll(AbortSignal.timeout(50))).rejects.toMatchObject({ code: "CANCELLED" });
    await settlement[Symbol.asyncDispose]();
    expect(store.unsettled().length).toBe(1);
  });

  it("tries again after a loss when the chain has paid nothing", async () => {
    const { store, settlement, calls } = staged([lost, paid(OWED)]);
    await expect.poll(() => store.unsettled(), { timeout: 5_000 }).toEqual([]);
    await settlement[Symbol.asyncDispose]();
    expect(calls()).toBe(2);
  });
});
