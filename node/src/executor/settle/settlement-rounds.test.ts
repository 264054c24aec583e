// Which lanes go into a round, and what becomes of each: a real log of many lanes, at a chain that does what the test says.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { afterEach, describe, expect, it } from "vitest";
import { createExchange, TEST_CIPHER, testIdentity } from "../../../../test/support/exchange.ts";
import { recordingLog } from "../../../../test/support/hosts.ts";
import type { PairOutcome } from "../../chain/settle.ts";
import { LloomError } from "../../errors.ts";
import { openDatabase } from "../../store/database.ts";
import { openExecutorLog } from "../../store/executor-log.ts";
import { Settlement, type SettlementOptions } from "./settlement.ts";

const TX: Hex = `0x${"77".repeat(32)}`;
const OWED = 180n;
const HOUR_MS = 3_600_000;
const clients = [createExchange(), createExchange({ client: testIdentity("second") })];
const [A, B] = clients.map(({ client }) => client.address) as [Address, Address];
const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const act of cleanup.splice(0).reverse()) await act();
});

type Settle = (receipt: Receipt) => PairOutcome;
const paid =
  (unpaid = 0n): Settle =>
  (receipt) => ({
    ...{ receipt, status: "paid", transactionHash: TX, acknowledgedPaid: 0n, tailPaid: 0n, unpaid, channelBalance: 0n },
    laneCost: OWED - unpaid,
  });
const rejected =
  (reason: "Expired" | "Disputed" | "Nonce"): Settle =>
  (receipt) => ({ receipt, status: "rejected", transactionHash: TX, reason });

interface Staging {
  /** Lanes of each client, answered at this time. */
  readonly lanes?: readonly [number, number];
  readonly settle?: Settle;
  readonly chainCost?: bigint;
  readonly options?: Partial<SettlementOptions>;
}

/** A settlement whose clock stands where the test sets it. */
function stage({ lanes = [1, 0], settle = paid(), chainCost = 0n, options = {} }: Staging = {}) {
  const dir = mkdtempSync(join(tmpdir(), "lloom-rounds-"));
  cleanup.push(() => rmSync(dir, { recursive: true }));
  const db = openDatabase(join(dir, "executor.sqlite"), { cipher: TEST_CIPHER });
  cleanup.push(() => db[Symbol.dispose]());
  const store = openExecutorLog(db);
  const owe = (of: number, lane: bigint): void => {
    const { ask, answer } = clients[of] as (typeof clients)[number];
    const asked = ask(EMPTY_LANE, { lane });
    const { request, requestHash, clientSignature } = asked;
    const { response, responseHash, executorSignature } = answer(EMPTY_LANE, asked);
    store.accept({ requestHash, request, clientSignature, acceptedAtMs: 0 });
    const saved = {
      requestHash,
      response,
      responseHash,
      contentSalt: TX,
      delivered: new Uint8Array(),
      answeredAtMs: 0,
    };
    store.saveAnswer(saved);
    store.saveSignature(requestHash, executorSignature);
  };
  for (const [of, count] of lanes.entries()) for (let lane = 1; lane <= count; lane++) owe(of, BigInt(lane));
  const [rounds, onPaid, reads]: [string[][], Address[], number[]] = [[], [], []];
  let reading = 0;
  let nowMs = 1_000;
  let looks = 0;
  const { log, lines } = recordingLog();
  const settlement = new Settlement({
    store,
    settle: async (receipts) => {
      const names = receipts.map(({ request }) => `${request.client === A ? "A" : "B"}${request.lane}`);
      rounds.push(names.toSorted());
      return receipts.map(settle);
    },
    readLane: async () => {
      reads.push(++reading);
      await Promise.resolve();
      reading--;
      return { nonce: 0n, cost: chainCost };
    },
    onPaid: (client) => void onPaid.push(client),
    ...{ settleAmount: 10n * OWED, settleAgeMs: HOUR_MS, checkMs: 1, log },
    clock: () => {
      looks++;
      return nowMs;
    },
    ...options,
  });
  cleanup.push(() => settlement[Symbol.asyncDispose]());
  /** Whatever the loop would do by itself, it has done. */
  const later = async (): Promise<void> => {
    const until = looks + 6;
    await expect.poll(() => looks, { timeout: 20_000, interval: 2 }).toBeGreaterThan(until);
  };
  const at = (ms: number): void => {
    nowMs = ms;
  };
  return { settlement, store, rounds, onPaid, reads, lines, later, at, owe };
}

describe("a round", () => {
  it("waits until enough is owed, and takes all lanes then", async () => {
    const staged = stage({ lanes: [1, 1] });
    await staged.later();
    expect([staged.rounds, staged.settlement.owed]).toEqual([[], 2n * OWED]);
    staged.settlement.noteAnswer(7n * OWED);
    await staged.later();
    expect([staged.rounds, staged.settlement.owed]).toEqual([[], 9n * OWED]);
    for (let lane = 2n; lane <= 9n; lane++) staged.owe(0, lane);
    staged.settlement.noteAnswer(OWED);
    await expect.poll(() => staged.store.unsettled(), { timeout: 20_000 }).toEqual([]);
    expect(staged.rounds.map((lanes) => lanes.length)).toEqual([10]);
    expect(new Set(staged.onPaid)).toEqual(new Set([A, B]));
    expect(staged.lines).toMatchObject([{ msg: "settled", lanes: 10, paid: 10 }]);
    await staged.later();
    expect([staged.rounds.length, staged.settlement.owed]).toEqual([1, 0n]);
  });

  it("comes when the oldest answer has waited long enough", async () => {
    const staged = stage({ lanes: [1, 1] });
    staged.at(HOUR_MS - 1);
    await staged.later();
    expect(staged.rounds).toEqual([]);
    staged.at(HOUR_MS);
    await expect.poll(() => staged.rounds, { timeout: 20_000 }).toEqual([["A1", "B1"]]);
  });

  it("comes for an answer of this run by its own time", async () => {
    const staged = stage({ lanes: [0, 0] });
    staged.at(5_000);
    staged.owe(0, 1n);
    staged.settlement.noteAnswer(OWED);
    staged.at(5_000 + HOUR_MS - 1);
    await staged.later();
    expect(staged.rounds).toEqual([]);
    staged.at(5_000 + HOUR_MS);
    await expect.poll(() => staged.rounds, { timeout: 20_000 }).toEqual([["A1"]]);
  });

  it("comes at once for a client that takes its money back, and for it alone, once", async () => {
    const staged = stage({ lanes: [2, 2], settle: rejected("Disputed") });
    await staged.later();
    staged.settlement.urge(B);
    await expect.poll(() => staged.rounds, { timeout: 20_000 }).toEqual([["B1", "B2"]]);
    await staged.later();
    expect(staged.rounds).toHaveLength(1);
  });

  it("asks the chain first for lanes of before, sixteen at a time, and settles nothing that it has paid", async () => {
    const staged = stage({ lanes: [40, 0], chainCost: OWED });
    await expect.poll(() => staged.store.unsettled(), { timeout: 20_000 }).toEqual([]);
    expect([staged.reads.length, Math.max(...staged.reads), staged.rounds]).toEqual([40, 16, []]);
    expect(staged.onPaid).toHaveLength(40);
  });
});

describe("a lane that was not paid in full", () => {
  it("is held for the settlement's age, then tried again", async () => {
    const staged = stage({ settle: paid(80n), options: { settleAmount: 1n } });
    await expect.poll(() => staged.rounds.length, { timeout: 20_000 }).toBe(1);
    await staged.later();
    staged.at(1_000 + HOUR_MS - 1);
    await staged.later();
    expect([staged.rounds.length, staged.settlement.owed]).toEqual([1, 0n]);
    staged.at(1_000 + HOUR_MS);
    await expect.poll(() => staged.rounds.length, { timeout: 20_000 }).toBe(2);
  });

  it("is lifted for its own client's channel alone", async () => {
    const staged = stage({ lanes: [1, 1], settle: rejected("Disputed"), options: { settleAmount: 1n } });
    await expect.poll(() => staged.rounds.length, { timeout: 20_000 }).toBe(1);
    await staged.later();
    staged.settlement.lift(B);
    await expect.poll(() => staged.rounds.length, { timeout: 20_000 }).toBe(2);
    await staged.later();
    expect(staged.rounds).toEqual([["A1", "B1"], ["B1"]]);
  });

  it("is not written off when the chain has paid it after all, whoever sent that", async () => {
    let cost = 0n;
    const staged = stage({
      settle: (receipt) => {
        cost = OWED;
        return rejected("Nonce")(receipt);
      },
      options: { settleAmount: 1n, readLane: async () => ({ nonce: cost === 0n ? 0n : 1n, cost }) },
    });
    await expect.poll(() => staged.store.unsettled(), { timeout: 20_000 }).toEqual([]);
    expect(staged.lines[0]).toMatchObject({
      ...{ msg: "receipt not taken", client: A, lane: 1, reason: "Nonce", verdict: "settled" },
    });
    expect(staged.lines[1]).toMatchObject({ msg: "settled", lanes: 1, paid: 0 });
    expect(staged.store.contents().unsettledLanes).toBe(0);
  });
});

describe("a chain that does not answer", () => {
  it("is told once for every try, with how often it failed, and the tries grow rarer", async () => {
    const settle = (): never => {
      throw new LloomError("CHAIN_UNREACHABLE", "No answer.");
    };
    const staged = stage({ settle, options: { settleAmount: 1n } });
    await expect.poll(() => staged.lines.length, { timeout: 20_000 }).toBe(2);
    expect(staged.lines).toMatchObject(
      [1, 2].map((failures) => ({
        msg: "settlement put off",
        code: "CHAIN_UNREACHABLE",
        problem: "No answer.",
        failures,
      })),
    );
    expect(staged.store.unsettled()).toMatchObject([{ settling: true, amountOwed: OWED }]);
  });

  it("ends a drain only by its signal; any other failure ends it at once", async () => {
    let tries = 0;
    const staged = stage({
      settle: (receipt) => {
        if (++tries < 3) throw new LloomError("CHAIN_UNREACHABLE", "No answer.");
        return paid()(receipt);
      },
    });
    await staged.later();
    await staged.settlement.settleAll(AbortSignal.timeout(30_000));
    expect([tries, staged.store.unsettled()]).toEqual([3, []]);
    const broken = stage({
      settle: () => {
        throw new LloomError("STORE_FAILED", "Disk full.");
      },
    });
    await broken.later();
    await expect(broken.settlement.settleAll(AbortSignal.timeout(30_000))).rejects.toMatchObject({
      code: "STORE_FAILED",
    });
    expect(broken.rounds).toHaveLength(1);
  });

  it("is not asked any more once the settlement has ended", async () => {
    const { settlement, later, rounds } = stage();
    await later();
    await settlement[Symbol.asyncDispose]();
    await expect(settlement.settleAll(new AbortController().signal)).rejects.toMatchObject({ code: "CANCELLED" });
    expect(rounds).toEqual([]);
  });
});
