import { expect, test } from "vitest";
import type { Completion } from "../../backend/backend.ts";
import type { Answer } from "./response.ts";
import { withTrueCounts } from "./true-counts.ts";

const completion = (stop: readonly string[] = []): Completion => ({
  model: "m",
  messages: [{ role: "user", content: "Hi" }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [...stop], responseFormat: "text" },
  maxOutboundTokens: 100,
});
const answer = (text: string, inboundTokens: number, outboundTokens: number): Answer => ({
  ...{ text, inboundTokens, outboundTokens, finishReason: "stop" },
});

test("leaves honest counts alone, also where tokens left no text", () => {
  for (const honest of [answer("Hello", 9, 2), answer("", 12, 1), answer("漢字", 10, 6)])
    expect(withTrueCounts(honest, completion())).toEqual(honest);
  const stopped = answer("a", 9, 9);
  expect(withTrueCounts(stopped, completion(["###END"]))).toEqual(stopped);
});

test("cuts counts that prompt and text cannot have", () => {
  // 2 bytes, 16 tokens for the message and 128 for the template; 2 bytes and 4 tokens that leave none.
  expect(withTrueCounts(answer("hi", 100_000, 100_000), completion())).toMatchObject({
    inboundTokens: 146,
    outboundTokens: 6,
  });
  expect(withTrueCounts(answer("", 9, 16), completion())).toMatchObject({ inboundTokens: 9, outboundTokens: 4 });
});
