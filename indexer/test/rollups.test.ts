// Beside src, not in it: Ponder runs every file below src as an indexing function.
import type { Hex } from "viem";
import { expect, test } from "vitest";
import { metadataText, peerIdText } from "../src/registration.ts";
import {
  added,
  averagePriceOf,
  bucketStarts,
  dayOf,
  hourOf,
  stakeDelta,
  unlockingAfter,
  workOf,
} from "../src/rollups.ts";

const NEW_YEAR = 1_893_456_000;

test("puts a time into its UTC day and hour, the first second included", () => {
  expect([dayOf(NEW_YEAR), hourOf(NEW_YEAR)]).toEqual([NEW_YEAR, NEW_YEAR]);
  expect([dayOf(NEW_YEAR + 86_399), hourOf(NEW_YEAR + 86_399)]).toEqual([NEW_YEAR, NEW_YEAR + 82_800]);
  expect([dayOf(NEW_YEAR - 1), hourOf(NEW_YEAR - 1)]).toEqual([NEW_YEAR - 86_400, NEW_YEAR - 3_600]);
});

test("counts a settlement once and its answers as often as it covers them", () => {
  const event = { requests: 3, inboundTokens: 30n, outboundTokens: 9n, acknowledgedPaid: 100n, tailPaid: 40n };
  expect(workOf(event)).toEqual({ ...event, settlementCount: 1, requests: 3n, paid: 140n });
});

test("counts the rest of a shortfall as money without answers", () => {
  const event = { requests: 0, inboundTokens: 0n, outboundTokens: 0n, acknowledgedPaid: 0n, tailPaid: 7n };
  expect(workOf(event)).toEqual({ ...event, settlementCount: 1, requests: 0n, paid: 7n });
});

test("an average price is of all work so far, rounded down, and none of no tokens", () => {
  const none = { paid: 0n, inboundTokens: 0n, outboundTokens: 0n };
  expect(
    averagePriceOf({ paid: 6n, inboundTokens: 1n, outboundTokens: 1n }, { ...none, paid: 4n, outboundTokens: 1n }),
  ).toBe(3_333_333n);
  expect(averagePriceOf(none, { ...none, paid: 7n })).toBeNull();
});

test("adds the named columns only, and takes amounts of any size", () => {
  const row = { paid: 2n ** 127n, settlementCount: 4, lastSettledAt: 9 };
  expect(added(row, { paid: 2n ** 127n, settlementCount: 1 })).toEqual({ paid: 2n ** 128n, settlementCount: 5 });
  expect(row.settlementCount).toBe(4);
});

test("tells by how much a movement of stake changes the network", () => {
  const before = { stake: 10n, unbonding: 0n, frozen: 7n, active: true, jailedUntil: null };
  expect(stakeDelta(before, { ...before, stake: 0n, unbonding: 10n, frozen: 2n, active: false })).toEqual({
    staked: -10n,
    unbonding: 10n,
    frozen: -5n,
    jailedCount: 0,
    active: -1,
  });
});

test("counts a member in jail once, however often its time is put off", () => {
  const free = { stake: 10n, unbonding: 0n, frozen: 0n, active: true, jailedUntil: null };
  const jailed = { ...free, active: false, jailedUntil: NEW_YEAR };
  expect(stakeDelta(free, jailed)).toMatchObject({ jailedCount: 1, active: -1 });
  expect(stakeDelta(jailed, { ...jailed, jailedUntil: NEW_YEAR + 1 })).toMatchObject({ jailedCount: 0, active: 0 });
  expect(stakeDelta(jailed, free)).toMatchObject({ jailedCount: -1, active: 1 });
});

test("never has more unlocking than is left in the channel", () => {
  expect([unlockingAfter(5n, 3n), unlockingAfter(5n, 9n), unlockingAfter(0n, 9n)]).toEqual([3n, 5n, 0n]);
});

test("ends a chart with the bucket that holds the newest block", () => {
  expect(bucketStarts({ timestamp: 7_300, step: 3_600, count: 3 })).toEqual([0, 3_600, 7_200]);
});

test("writes peer ids as libp2p does, and other bytes as hex", () => {
  const bytes = "0x0025080212210279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" as const;
  expect(peerIdText(bytes)).toBe("16Uiu2HAm3cuhhRL2msUuLF62KRSfneFDx94RsuouyW25Ho42cFMq");
  expect(peerIdText(`0x1220${"00".repeat(32)}`)).toBe("QmNLei78zWmzUdbeRB3CiUfAizWUrbeeZh5K1rhAQKCh51");
  const cut = bytes.slice(0, -2) as Hex;
  for (const other of ["0x", "0x00", "0x0000", "0x1220ff", cut, `${bytes}00`, `0x1320${"00".repeat(32)}`] as const)
    expect(peerIdText(other)).toBe(other);
});

test("takes control characters out of metadata", () => {
  expect(metadataText("https://a.example/\u0000\u001b[2Jx\n")).toBe("https://a.example/[2Jx");
});
