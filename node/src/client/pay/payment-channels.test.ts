import type { Hex } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { describe, expect, it } from "vitest";
import { databaseOfEachTest } from "../../../../test/support/database-of-each-test.ts";
import { testIdentity, testPrompt } from "../../../../test/support/exchange.ts";
import {
  COST,
  EXCHANGE,
  EXECUTOR,
  known,
  NOW_MS,
  never,
  type StagedFunds,
  stageChannels,
  terms,
} from "../../../../test/support/staged-channels.ts";
import { openClientLog } from "../../store/client/client-log.ts";
import type { Database } from "../../store/database/database.ts";
import { learnSettled } from "./learn-settled.ts";
import type { PaymentChannelsOptions } from "./payment-channels.ts";

const { answer, client, hasher } = EXCHANGE;
const SALT: Hex = `0x${"5a".repeat(32)}`;

let db: Database;
databaseOfEachTest((opened) => {
  db = opened;
});
const stage = (funds?: StagedFunds, options?: Partial<PaymentChannelsOptions>) => stageChannels(db, funds, options);

describe("a request that is placed", () => {
  it("is signed, saved, and the first of a lane, with its deadline and its cap", async () => {
    const { place, store } = stage({ balance: COST });
    const placed = await place();
    expect(placed.request).toMatchObject({ ...terms, nonce: 1n, costCap: COST, deadline: 1_800_000_600n });
    expect(placed.requestHash).toBe(hasher.hashRequest(placed.request));
    expect(placed.signature).toEqual(client.sign(placed.requestHash));
    expect(placed.lane).toEqual(EMPTY_LANE);
    expect(store.outcomes(9)).toEqual([{ executor: EXECUTOR, status: "sent", failure: undefined, sentAtMs: NOW_MS }]);
    expect(store.outstanding(EXECUTOR, 0n)).toBe(COST);
  });

  it("is handed out once the disk has it, and not at all if the disk refuses", async () => {
    const [log, disk] = [openClientLog(db), Promise.withResolvers<void>()];
    const { place, store } = stage({ balance: 5n * COST }, { store: { ...log, onDisk: () => disk.promise } });
    let isPlaced = false;
    const placing = place().then(() => {
      isPlaced = true;
    });
    await expect.poll(() => store.outcomes(9)).toHaveLength(1);
    expect(isPlaced).toBe(false);
    disk.resolve();
    await placing;
    const refused = stage(
      { balance: 5n * COST },
      { store: { ...log, onDisk: () => Promise.reject(new Error("full")) } },
    );
    await expect(refused.place()).rejects.toThrow("full");
  });

  it("leaves the channel's room to whoever is signed while a purse elsewhere is asked, and gets more for itself", async () => {
    const { pay, store, did } = stage({ balance: COST, deposit: 10n * COST }, { step: COST });
    const asked: (() => void)[] = [];
    const purse = { hold: () => new Promise<void>((resolve) => asked.push(resolve)) };
    const slow = pay.place(terms, testPrompt(), { ...known, signal: never, purse });
    await expect.poll(() => asked).toHaveLength(1);
    await pay.place(terms, testPrompt(), { ...known, signal: never });
    asked[0]?.();
    await expect.poll(() => asked).toHaveLength(2);
    expect(did.filter((deed) => deed.startsWith("allocate"))).toHaveLength(1);
    expect(store.outstanding(EXECUTOR, 0n)).toBe(COST);
    asked[1]?.();
    await slow;
    expect(store.outstanding(EXECUTOR, 0n)).toBe(2n * COST);
  });

  it("continues the lane whose answer is known", async () => {
    const { place, store } = stage({ balance: 5n * COST });
    const { request, requestHash, signature } = await place();
    const { response, responseHash, executorSignature } = answer(EMPTY_LANE, {
      request,
      requestHash,
      clientSignature: signature,
    });
    const receipt = { request, response, clientSignature: signature, executorSignature };
    store.saveReceipt({ requestHash, responseHash, receipt, contentSalt: SALT, receivedAtMs: NOW_MS });
    const next = await place();
    expect(next.request).toMatchObject({
      ...{ lane: request.lane, nonce: 2n, prevResponseHash: responseHash },
      ...{ ackedCost: response.cumulativeCost, costCap: response.cumulativeCost + COST },
    });
  });

  it("leaves no lane reserved when signing fails", async () => {
    const identity = {
      ...client,
      sign: () => {
        throw new RangeError("no key");
      },
    };
    const { place, store } = stage({ balance: 5n * COST }, { identity });
    await expect(place()).rejects.toThrow("no key");
    const { lane } = store.reserveLane(EXECUTOR);
    store.releaseLane(EXECUTOR, lane);
    await expect(place()).rejects.toThrow("no key");
    expect(store.reserveLane(EXECUTOR).lane).toBe(lane);
  });
});

describe("a channel", () => {
  it("is read once and then believed, until something is heard of it", async () => {
    const { pay, place, did } = stage({ balance: 9n * COST });
    expect(pay.knows(EXECUTOR)).toBe(false);
    await place();
    await place();
    expect([did, pay.knows(EXECUTOR)]).toEqual([["learn", "read"], true]);
    pay.forget(EXECUTOR);
    expect(pay.knows(EXECUTOR)).toBe(false);
    await place();
    expect(did).toEqual(["learn", "read", "read"]);
  });

  it("is filled by what is missing for whoever has shown nothing, and by the step for who has", async () => {
    const first = stage({ deposit: 99n * COST });
    await first.place({ shown: 0, isDoubted: false });
    expect(first.did).toEqual(["learn", "read", "allocate 1", "read"]);
    const trusted = stage({ deposit: 99n * COST });
    await trusted.place({ shown: 3, isDoubted: false });
    expect(trusted.did).toContain("allocate 10");
  });

  it("is filled by one request more for an executor that says it is not enough", async () => {
    const { place, did } = stage({ deposit: 99n * COST, balance: COST });
    await place({ shown: 0, isDoubted: true });
    expect(did).toEqual(["learn", "read", "allocate 1", "read"]);
  });

  it("does not count what is unlocking", async () => {
    const { place, did } = stage({ deposit: 99n * COST, balance: COST, unlocking: COST });
    await place({ shown: 0, isDoubted: false });
    expect(did).toContain("allocate 1");
  });

  it("that the deposit does not fill is told with what is missing, in whole and in figures", async () => {
    const { place, store, did } = stage({ deposit: COST - 1n, balance: 0n });
    await expect(place()).rejects.toMatchObject({
      code: "INSUFFICIENT_FUNDS",
      message: "This request may cost 0.002 tUSD; the free deposit is 0.001999 tUSD, 0.000001 tUSD are missing.",
      next: "Deposit more: lloom deposit 0.000001",
      details: { needed: COST, deposit: COST - 1n, missing: 1n },
    });
    expect([did, store.outcomes(9)]).toEqual([["learn", "read"], []]);
  });

  it("covers what it holds beyond what is owed and unlocking, to the unit, and nothing while it is not known", async () => {
    const { pay, place, state } = stage({ balance: 5n * COST, unlocking: COST });
    expect(pay.covers(EXECUTOR, 0n)).toBe(false);
    await place();
    const covered = (...amounts: bigint[]) => amounts.map((amount) => pay.covers(EXECUTOR, amount));
    expect(covered(0n, 3n * COST - 1n, 3n * COST, 3n * COST + 1n)).toEqual([true, true, true, false]);
    expect(pay.funds()).toEqual({ channels: 1, balance: 4n * COST });
    state.balance = 0n;
    pay.forget(EXECUTOR);
    expect(covered(0n)).toEqual([false]);
    // For people it is what was last seen.
    expect(pay.funds()).toEqual({ channels: 1, balance: 4n * COST });
  });

  it("holds what is left of it after a payment, and counts no longer what was paid", async () => {
    const { pay, place, state, store } = stage({ balance: 9n * COST });
    const { request } = await place();
    state.balance = 2n;
    store.retireLane(EXECUTOR, request.lane, "doubt");
    pay.noteSettled({ executor: EXECUTOR, lane: request.lane, nonce: 1n, cost: COST, channelBalance: 2n });
    expect(store.outstanding(EXECUTOR, 0n)).toBe(0n);
    expect(pay.funds()).toEqual({ channels: 1, balance: 2n });
    await expect(place()).rejects.toMatchObject({ code: "INSUFFICIENT_FUNDS" });
    const other = testIdentity("other").address;
    pay.noteSettled({ executor: other, lane: 1n, nonce: 1n, cost: 1n, channelBalance: 5n });
    expect(pay.knows(other)).toBe(false);
    expect(pay.funds()).toEqual({ channels: 1, balance: 2n });
  });
});

describe("requests that come together", () => {
  it("read the chain once, and the deposit once for each allocation", async () => {
    let reads = 0;
    const readDeposit = async (): Promise<bigint> => {
      reads++;
      return 99n * COST;
    };
    const covered = stage({ balance: 6n * COST }, { readDeposit });
    await Promise.all(Array.from({ length: 6 }, () => covered.place()));
    expect([covered.did, reads]).toEqual([["learn", "read"], 1]);
    covered.pay.forget(EXECUTOR);
    await covered.place({ shown: 0, isDoubted: false });
    expect([covered.did, reads]).toEqual([["learn", "read", "read", "allocate 1", "read"], 2]);
  });

  it("never promise the same money twice, and cause one allocation at a time", async () => {
    let running = 0;
    const { place, state, store, did } = stage(
      { deposit: 30n * COST },
      {
        step: 0n,
        allocate: async (_, amount) => {
          expect(++running).toBe(1);
          did.push(`allocate ${amount / COST}`);
          await Promise.resolve();
          state.deposit -= amount;
          state.balance += amount;
          running--;
        },
      },
    );
    await Promise.all(Array.from({ length: 6 }, () => place()));
    expect(store.outstanding(EXECUTOR, 0n)).toBe(6n * COST);
    expect(state.balance).toBeGreaterThanOrEqual(6n * COST);
    expect(did.filter((act) => act === "learn")).toHaveLength(1);
  });

  it("give up after eight allocations that others used up", async () => {
    const { pay, place, did } = stage({ deposit: 10n ** 9n }, { allocate: async () => void did.push("allocate") });
    await expect(place()).rejects.toMatchObject({ code: "CHANNEL_UNDERFUNDED" });
    expect(did.filter((act) => act === "allocate")).toHaveLength(8);
    expect(pay.knows(EXECUTOR)).toBe(true);
  });

  it("stop with their signals, before anything and while the chain hangs", async () => {
    const { place, did } = stage({ balance: COST });
    await expect(place(known, AbortSignal.abort())).rejects.toMatchObject({ code: "CANCELLED" });
    expect(did).toEqual([]);
    const stop = new AbortController();
    const hanging = stage({}, { readDeposit: () => new Promise(() => undefined) });
    const placing = hanging.place(known, stop.signal);
    stop.abort();
    await expect(placing).rejects.toMatchObject({ code: "CANCELLED" });
  });
});

describe("what the chain has paid while this client was away", () => {
  it("is asked for each lane once, a few at a time, and noted", async () => {
    const { place, store } = stage({ balance: 99n * COST });
    const placed = await Promise.all(Array.from({ length: 40 }, () => place()));
    for (const { request, requestHash, signature } of placed) {
      const asked = { request, requestHash, clientSignature: signature };
      const { response, responseHash, executorSignature } = answer(EMPTY_LANE, asked);
      const receipt = { request, response, clientSignature: signature, executorSignature };
      store.saveReceipt({ requestHash, responseHash, receipt, contentSalt: SALT, receivedAtMs: NOW_MS });
    }
    const again = await place();
    const { response, responseHash, executorSignature } = answer(again.lane, {
      ...again,
      clientSignature: again.signature,
    });
    const receipt = { request: again.request, response, clientSignature: again.signature, executorSignature };
    store.saveReceipt({ requestHash: again.requestHash, responseHash, receipt, contentSalt: SALT, receivedAtMs: 0 });
    const owed = store.outstanding(EXECUTOR, 0n);
    expect(owed).toBeGreaterThan(0n);
    const [read, most]: [bigint[], number[]] = [[], []];
    let running = 0;
    const readLane = async (lane: bigint) => {
      most.push(++running);
      read.push(lane);
      await Promise.resolve();
      running--;
      return { nonce: 9n, cost: 10n ** 9n };
    };
    await learnSettled(store, { executor: EXECUTOR, readLane });
    expect(new Set(read).size).toBe(40);
    expect([read.length, Math.max(...most)]).toEqual([40, 16]);
    expect(store.outstanding(EXECUTOR, 0n)).toBe(0n);
    read.length = 0;
    await learnSettled(store, { executor: testIdentity("other").address, readLane });
    expect(read).toEqual([]);
  });
});
