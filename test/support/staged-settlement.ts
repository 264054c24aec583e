/** A settlement over a real log of many lanes, at a chain that does what the test says. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { expect } from "vitest";
import type { PairOutcome } from "../../node/src/chain/account/settle.ts";
import { Settlement, type SettlementOptions } from "../../node/src/executor/settle/settlement.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { openExecutorLog } from "../../node/src/store/executor/executor-log.ts";
import { createExchange, TEST_CIPHER, testIdentity } from "./exchange.ts";
import { recordingLog } from "./hosts.ts";

const TX: Hex = `0x${"77".repeat(32)}`;
export const OWED = 180n;
export const HOUR_MS = 3_600_000;
const clients = [createExchange(), createExchange({ client: testIdentity("second") })];
export const [A, B] = clients.map(({ client }) => client.address) as [Address, Address];
const cleanup: (() => unknown)[] = [];
/** Ends what a test has staged. */
export async function endSettlements(): Promise<void> {
  for (const act of cleanup.splice(0).reverse()) await act();
}

export type Settle = (receipt: Receipt) => PairOutcome;
export const paid =
  (unpaid = 0n): Settle =>
  (receipt) => ({
    ...{ receipt, status: "paid", transactionHash: TX, acknowledgedPaid: 0n, tailPaid: 0n, unpaid, channelBalance: 0n },
    laneCost: OWED - unpaid,
  });
export const rejected =
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
export function stageSettlement({ lanes = [1, 0], settle = paid(), chainCost = 0n, options = {} }: Staging = {}) {
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
  let readings = 0;
  const unsettled = (): ReturnType<typeof store.unsettled> => {
    readings++;
    return store.unsettled();
  };
  const settlement = new Settlement({
    store: { ...store, unsettled },
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
  return { settlement, store, rounds, onPaid, reads, lines, later, at, owe, readings: () => readings };
}
