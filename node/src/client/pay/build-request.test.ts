import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE, requestProblem } from "@lloom/protocol/lane";
import { describe, expect, it } from "vitest";
import { checkQuestion } from "../check/check-question.ts";
import type { Question } from "../question.ts";
import { continueLane, requestTerms } from "./build-request.ts";

const question: Question = {
  model: "tiny",
  messages: [{ role: "user", content: "Wie schön webt der Webstuhl? 🧶" }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
  maxOutboundTokens: 100,
};
const offer = {
  executor: `0x${"ee".repeat(20)}`,
  offerId: 1n,
  model: "tiny",
  weightsHash: ZERO_HASH,
  profileHash: ZERO_HASH,
  inboundPrice: 1_000_000n,
  outboundPrice: 2_000_000n,
  maxContext: 512n,
  validUntil: 4_000_000_000n,
} as const;
const terms = () =>
  requestTerms(question, { client: `0x${"cc".repeat(20)}`, offer, offerHash: ZERO_HASH, promptSalt: ZERO_HASH });

describe("a request", () => {
  it("continues any lane, with a cap that covers its longest answer and no unit more", () => {
    for (const state of [EMPTY_LANE, { ...EMPTY_LANE, nonce: 7n, cost: 12_345n }]) {
      const request = continueLane(terms(), { lane: 5n, state, deadline: 4_000_000_000n });
      expect(requestProblem(state, request)).toBeUndefined();
      expect(request.costCap).toBe(state.cost + request.maxInboundTokens + 200n);
      expect(requestProblem(state, { ...request, costCap: request.costCap - 1n })?.code).toBe("REQUEST_INVALID");
    }
  });

  it("is not built from text that has no bytes of its own", () => {
    const broken = { ...question, messages: [{ role: "user" as const, content: "\ud83e" }] };
    const build = () =>
      requestTerms(broken, { client: `0x${"cc".repeat(20)}`, offer, offerHash: ZERO_HASH, promptSalt: ZERO_HASH });
    expect(build).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });
});

describe("a question", () => {
  it.each([
    ["no messages", { messages: [] }],
    ["no model", { model: "" }],
    ["no answer", { maxOutboundTokens: 0 }],
    ["half a token", { maxOutboundTokens: 1.5 }],
    ["too hot", { sampling: { ...question.sampling, temperatureMilli: 2001 } }],
  ])("with %s is refused before anything is signed", (_name, change) => {
    expect(() => checkQuestion({ ...question, ...change })).toThrow(
      expect.objectContaining({ code: "REQUEST_INVALID" }),
    );
  });

  it("larger than a frame is refused", () => {
    const messages = [{ role: "user" as const, content: "x".repeat(4 * 1024 * 1024) }];
    expect(() => checkQuestion({ ...question, messages })).toThrow(
      expect.objectContaining({ code: "FRAME_TOO_LARGE" }),
    );
  });
});
