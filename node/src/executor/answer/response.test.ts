import { advance, EMPTY_LANE, type LaneState, responseProblem } from "@lloom/protocol/lane";
import { describe, expect, it } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { createExchange } from "../../../../test/support/exchange.ts";
import { type Answer, buildResponse } from "./response.ts";

const { ask, hasher } = createExchange();
const contentSalt = `0x${"5a".repeat(32)}` as const;

const respond = (lane: LaneState, answer: Answer, terms: Parameters<typeof ask>[1] = {}) => {
  const { request, requestHash } = ask(lane, terms);
  const response = buildResponse({ request, requestHash, lane, answer, contentSalt, nowMs: 1_800_000_000_999 });
  return { request, requestHash, response };
};

describe("a response", () => {
  it("says what was sent and what it costs", () => {
    const answer: Answer = { text: "Looms.", inboundTokens: 10, outboundTokens: 3, finishReason: "length" };
    const { response } = respond(EMPTY_LANE, answer, { inboundPrice: 1_000_000n, outboundPrice: 2_500_001n });
    expect(response).toMatchObject({
      inboundTokens: 10n,
      outboundTokens: 3n,
      cumulativeCost: 18n,
      finishReason: 2n,
      timestamp: 1_800_000_000n,
    });
  });

  it("never counts more than the client allowed", () => {
    const answer: Answer = { text: "", inboundTokens: 5_000, outboundTokens: 5_000, finishReason: "stop" };
    const { request, response } = respond(EMPTY_LANE, answer);
    expect(response.inboundTokens).toBe(request.maxInboundTokens);
    expect(response.outboundTokens).toBe(request.maxOutboundTokens);
    expect(response.cumulativeCost).toBe(request.costCap);
  });

  it("always is what client and contract accept, answer after answer in a lane (seed 31)", () => {
    const random = seeded(31);
    let lane = EMPTY_LANE;
    for (let turn = 0; turn < 200; turn += 1) {
      const answer: Answer = {
        text: random.text(40),
        inboundTokens: random.below(3_000),
        outboundTokens: random.below(1_500),
        finishReason: (["stop", "length", "cancelled"] as const)[random.below(3)] ?? "stop",
      };
      const prices = { inboundPrice: random.uint(64), outboundPrice: random.uint(64) };
      const { request, requestHash, response } = respond(lane, answer, prices);
      expect(responseProblem({ state: lane, request, requestHash, response })).toBeUndefined();
      lane = advance(lane, response, hasher.hashResponse(response));
    }
    expect(lane.nonce).toBe(200n);
  });
});
