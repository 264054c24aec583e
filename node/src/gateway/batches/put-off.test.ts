import { expect, it } from "vitest";
import { LloomError } from "../../errors.ts";
import { HttpError } from "../http-problem.ts";
import { putOffOf } from "./put-off.ts";

const http = (code: string, headers: Record<string, string> = {}) =>
  new HttpError("INSUFFICIENT_FUNDS", "No.", { status: 429, code, headers, next: "Wait." });
const NOTHING = { isHeld: () => false, mayBeOffered: false };
const MARKET = { because: "market" };

it.each([
  ["nobody sells at the price", new LloomError("NO_EXECUTOR", "Too dear."), NOTHING, MARKET],
  ["all queues are full", new LloomError("QUEUE_FULL", "Full."), NOTHING, MARKET],
  ["the deposit is used up", new LloomError("INSUFFICIENT_FUNDS", "No money."), NOTHING, MARKET],
  ["the disk is full", new LloomError("STORE_FAILED", "No room."), NOTHING, MARKET],
  ["the gateway drains", new LloomError("DRAINING", "Stops."), NOTHING, MARKET],
  ["a model is not offered", new LloomError("MODEL_NOT_FOUND", "None."), NOTHING, undefined],
  ["a model may be offered", new LloomError("MODEL_NOT_FOUND", "None."), { ...NOTHING, mayBeOffered: true }, MARKET],
  ["the line is wrong", new LloomError("REQUEST_INVALID", "Wrong."), NOTHING, undefined],
  ["the gateway is at fault", new LloomError("INTERNAL", "Odd."), NOTHING, undefined],
  ["an executor may have begun", http("BACKEND_FAILED", { "x-should-retry": "false" }), NOTHING, undefined],
  ["the key asks too often", http("RATE_LIMITED", { "retry-after": "3" }), NOTHING, { because: "rate", ms: 3_000 }],
  ["the key's budget is spent", http("KEY_BUDGET_SPENT"), NOTHING, undefined],
  ["it begins anew", http("KEY_BUDGET_SPENT", { "retry-after": "9" }), NOTHING, { because: "rate", ms: 9_000 }],
  ["others hold it", http("KEY_BUDGET_SPENT"), { ...NOTHING, isHeld: () => true }, { because: "held" }],
])("a line is asked again or not where %s", (_, error, standing, expected) => {
  expect(putOffOf(error, standing)).toEqual(expected);
});
