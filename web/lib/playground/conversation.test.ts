import { LloomError } from "@lloom/protocol/lloom-error";
import { expect, test } from "vitest";
import { provenAnswer } from "../../../protocol/test/proven-answer.ts";
import { ended, heard, messagesOf, newTurn, shownAnswer, type Turn, troubleOf } from "./conversation.ts";

const PRICES = { inboundPrice: 1_000_000n, outboundPrice: 4_000_000n };
const answered = (id: number, changes: Partial<Turn> = {}): Turn => ({
  ...newTurn(id, `question ${id}`, "direct"),
  ...{ state: "done", text: `answer ${id}` },
  ...changes,
});

test("a question goes with what was said before, but for what failed", () => {
  const failed = answered(2, { state: "failed", text: "half" });
  const turns = [answered(1), failed, answered(3, { state: "stopped", text: "" }), answered(4, { state: "stopped" })];
  expect(messagesOf(turns, "and now?").map(({ role, content }) => `${role}: ${content}`)).toEqual([
    ...["user: question 1", "assistant: answer 1", "user: question 4", "assistant: answer 4", "user: and now?"],
  ]);
});

test("cost runs along by the usual tokens, and is the receipt's in the end", () => {
  const { receipt, content } = provenAnswer([{ role: "user", content: "Why?" }], "Because.");
  const messages = [{ role: "user" as const, content: "Why?" }];
  let turn = heard(
    newTurn(1, "Why?", "direct"),
    { type: "executor", executor: receipt.request.executor, prices: PRICES },
    messages,
  );
  expect(turn.cost).toBe(0n);
  turn = heard(turn, { type: "text", text: "Beca" }, messages);
  const begun = turn.cost;
  turn = heard(turn, { type: "text", text: "use of it." }, messages);
  expect(turn.cost).toBeGreaterThan(begun);
  expect(turn.text).toBe("Because of it.");
  turn = heard(turn, { type: "receipt", file: { receipt, content } }, messages);
  expect(turn.cost).toBe(receipt.response.cumulativeCost - receipt.request.ackedCost);
});

test("an answer was stopped if its receipt says so, and whole if Stop came too late", () => {
  const proven = provenAnswer([{ role: "user", content: "Why?" }], "Because.");
  const withReason = (finishReason: bigint): Turn => {
    const receipt = { ...proven.receipt, response: { ...proven.receipt.response, finishReason } };
    return { ...newTurn(1, "Why?", "direct"), file: { ...proven, receipt } };
  };
  expect(ended(withReason(1n), true)).toMatchObject({ state: "done", says: "" });
  expect(ended(withReason(3n), true).state).toBe("stopped");
  expect(ended(withReason(3n), false).state).toBe("stopped");
  expect([true, false].map((isAborted) => ended(newTurn(1, "Why?", "gateway"), isAborted).state)).toEqual([
    ...["stopped", "done"],
  ]);
});

test("failures are told in words, with a step that a visitor can take", () => {
  expect(troubleOf(new LloomError("CHANNEL_UNDERFUNDED", "Too little."))).toEqual({
    ...{ code: "CHANNEL_UNDERFUNDED", message: "Too little." },
    next: expect.stringContaining("lloom allocate"),
  });
  expect(troubleOf(new TypeError("x\u202ey")).message).toBe("x[U+202E]y.");
});

test("an answer keeps its lines, and turns or hides nothing", () => {
  expect(shownAnswer("one\ntwo\u202e\u0000")).toBe("one\ntwo[U+202E][U+0000]");
});
