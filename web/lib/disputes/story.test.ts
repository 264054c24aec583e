import { describe, expect, test } from "vitest";
import type { Move } from "../dispute-rows.ts";
import { MOVE_KINDS } from "./move-kinds.ts";
import { faultStory, lineOf, storyOf } from "./story.ts";

const NOBODY = `0x${"0".repeat(40)}` as const;
const SOMEBODY = `0x${"ab".repeat(20)}` as const;

const move = (said: Partial<Move>): Move => ({
  id: "1",
  disputeId: "0x01",
  kind: "OPENED",
  account: SOMEBODY,
  detail: null,
  round: null,
  amount: null,
  until: null,
  hash: null,
  block: 1n,
  timestamp: 1_000,
  transactionHash: "0x0a",
  ...said,
});

describe("a dispute's story", () => {
  test("keeps together what one transaction did", () => {
    const moves = [
      move({ id: "1", kind: "PANEL_DRAWN", account: null, round: 1 }),
      move({ id: "2", kind: "JUROR_DRAWN", round: 1 }),
      move({ id: "3", kind: "VOTE_COMMITTED", timestamp: 1_060, transactionHash: "0x0b" }),
    ];
    expect(storyOf(moves, "token").map(({ at, lines }) => [at, lines.length])).toEqual([
      [1_000, 2],
      [1_060, 1],
    ]);
  });

  test("tells an appeal to the arbitrator once", () => {
    const moves = [
      move({ id: "1", kind: "APPEALED", round: 2, amount: 20n }),
      move({ id: "2", kind: "ARBITRATION_ASKED", amount: 20n }),
    ];
    expect(storyOf(moves, "token").flatMap(({ lines }) => lines.map(({ text }) => text))).toEqual([
      "asked the arbitrator",
    ]);
  });

  test("says who moved, and a whole sentence where nobody did", () => {
    expect(lineOf(move({ kind: "CLOSED", detail: "DEFAULTED" }), "ether")).toMatchObject({
      account: SOMEBODY,
      text: "ended the dispute: Not answered",
    });
    const alone = { account: null, text: "The dispute ended: Upheld" };
    expect(lineOf(move({ kind: "CLOSED", detail: "UPHELD", account: null }), "token")).toMatchObject(alone);
    const asked = { account: null, text: "The arbitrator was asked" };
    expect(lineOf(move({ kind: "ARBITRATION_ASKED", account: NOBODY }), "token")).toMatchObject(asked);
  });

  test("names amount, hash and deadline of a move", () => {
    const line = lineOf(move({ amount: 5n, until: 2_000, hash: "0x0c" }), "ether");
    expect(line).toMatchObject({
      amount: { units: 5n, unit: "ether", what: "bond" },
      until: { at: 2_000, what: "to answer" },
      hash: { value: "0x0c", what: "evidence" },
    });
  });

  test("has a sentence for every move, whatever the index says beside it", () => {
    for (const kind of Object.keys(MOVE_KINDS) as (keyof typeof MOVE_KINDS)[]) {
      for (const detail of [null, "NOT_KNOWN", "constructor", "MISMATCH"]) {
        expect(lineOf(move({ kind, detail }), "token").text).not.toMatch(/undefined|null|function/);
      }
    }
  });
});

test("a fault's story ends when the reporter's share is paid", () => {
  const origin = { block: 1n, timestamp: 1_000, transactionHash: "0x0a" } as const;
  const fault = {
    ...origin,
    ...{
      disputeId: "0x01" as const,
      executorAddress: SOMEBODY,
      reporter: SOMEBODY,
      clientAddress: null,
      requestHash: null,
    },
    ...{ offerId: 7n, refunded: 0n, slashed: 10n },
  } as const;
  const share = { ...origin, reporter: SOMEBODY, amount: 3n, payableAt: 2_000 };
  const waiting = { ...share, paidTo: null, paidAt: null, paidTransactionHash: null };
  const paid = { ...share, paidTo: SOMEBODY, paidAt: 2_001, paidTransactionHash: "0x0b" } as const;
  expect(faultStory({ fault, slashing: undefined, share: waiting }).map(({ at }) => at)).toEqual([1_000]);
  expect(faultStory({ fault, slashing: undefined, share: paid }).map(({ at }) => at)).toEqual([1_000, 2_001]);
});
