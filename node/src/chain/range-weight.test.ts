import { expect, test } from "vitest";
import { refusing } from "../../../test/support/scripted-server.ts";
import { LloomError } from "../errors.ts";
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
  expect(weightOf(unreachable({ isTimeout: false }))).toBe("fine");
  expect(weightOf(new LloomError("CANCELLED", "Stopped.", { details: { isTimeout: true } }))).toBe("fine");
});

test("it was as large as it may be when the server is busy, behind, or away", () => {
  for (const thrown of [refusing("busy"), refusing("lag"), refusing("indexing"), unreachable({ status: 503 })])
    expect(weightOf(thrown)).toBe("fine");
});
