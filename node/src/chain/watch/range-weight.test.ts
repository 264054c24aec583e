import { expect, test } from "vitest";
import { refusing } from "../../../../test/support/scripted-rpc.ts";
import { LloomError } from "../../errors.ts";
import { weightOf } from "./range-weight.ts";

const unreachable = (details: Record<string, unknown>) =>
  new LloomError("CHAIN_UNREACHABLE", "No answer.", { details });

test("a read of logs was too large in so many words, in words that nobody knows, and by the status of HTTP", () => {
  for (const thrown of [
    refusing("range"),
    refusing("unknown"),
    new Error("?"),
    unreachable({ status: 413 }),
    unreachable({ status: 400 }),
  ])
    expect(weightOf(thrown)).toBe("tooLarge");
});

test("it was perhaps too much work when no answer came in time", () => {
  expect(weightOf(unreachable({ isTimeout: true }))).toBe("heavy");
});

test("it may have been too large when the server says that it is busy or behind, in words or by the status of HTTP", () => {
  for (const thrown of [refusing("busy"), refusing("lag"), refusing("indexing"), unreachable({ status: 503 })])
    expect(weightOf(thrown)).toBe("unsaid");
});

test("nobody knows when nobody answered", () => {
  const stopped = new LloomError("CANCELLED", "Stopped.", { details: { isTimeout: true } });
  for (const thrown of [unreachable({ isTimeout: false }), unreachable({}), stopped])
    expect(weightOf(thrown)).toBe("unanswered");
});
