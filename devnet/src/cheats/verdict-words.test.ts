import { measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { expect, it } from "vitest";
import { isWaitedFor, wordsOf } from "./verdict-words.ts";

const closed = (outcome: number) =>
  wordsOf({ name: "MeasuredClosed", args: { id: "0x00", outcome: BigInt(outcome) } }, String)?.text;
const answered = (state: number) =>
  wordsOf({ name: "DeliveryClosed", args: { state, refunded: 1n, repaid: 2n, slashed: 3n } }, String)?.text;

it("says how a dispute ended, and takes no end that it has no name for as a known one", () => {
  expect(closed(measuredDisputesFacts.Outcome.indexOf("Upheld"))).toBe("Judged: guilty.");
  expect(closed(measuredDisputesFacts.Outcome.length)).toMatch(/does not know/);
  expect(answered(2)).toMatch(/it was delivered/);
  expect(answered(99)).toMatch(/does not know/);
});

it("waits for an auditor's first epoch until somebody is accused, and then for the dispute alone", () => {
  const registered = wordsOf({ name: "ChainRegistered", args: { validator: "0x01", firstEpoch: 7n } }, String) ?? {};
  const moved = wordsOf({ name: "MeasuredMoved", args: { id: "0x00", state: 2n, until: 9n } }, String) ?? {};
  expect([isWaitedFor(registered, false), isWaitedFor(registered, true)]).toEqual([true, false]);
  expect([isWaitedFor(moved, false), isWaitedFor(moved, true)]).toEqual([true, true]);
  expect(isWaitedFor({ text: "It says nothing." }, false)).toBe(false);
});
