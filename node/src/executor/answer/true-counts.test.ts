import { embeddingSampling } from "@lloom/protocol/form/embedding";
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
  for (const honest of [answer("Hello", 9, 2), answer("漢字", 10, 6)])
    expect(withTrueCounts(honest, completion())).toEqual(honest);
  const stopped = answer("a", 9, 9);
  expect(withTrueCounts(stopped, completion(["###END"]))).toEqual(stopped);
});

test("counts the bytes of vectors, and no template around their texts", () => {
  const asked = { ...completion(), sampling: embeddingSampling() };
  expect(withTrueCounts(answer("123456789", 10, 0), asked)).toMatchObject({ inboundTokens: 10, outboundTokens: 2 });
  expect(withTrueCounts(answer("1", 11, 99), asked)).toMatchObject({ inboundTokens: 3, outboundTokens: 1 });
});

test("takes what is usual for counts that prompt and text cannot have", () => {
  // A token for four bytes, and 16 for the message.
  expect(withTrueCounts(answer("hi", 100_000, 100_000), completion())).toMatchObject({
    inboundTokens: 17,
    outboundTokens: 1,
  });
  expect(withTrueCounts(answer("hi", 146, 6), completion())).toMatchObject({ inboundTokens: 146, outboundTokens: 6 });
  expect(withTrueCounts(answer("hi", 147, 7), completion())).toMatchObject({ inboundTokens: 17, outboundTokens: 1 });
});
