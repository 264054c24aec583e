import { describe, expect, it } from "vitest";
import { honestLane, honestRequest, honestResponse, type Step } from "../test/honest-lane.ts";
import { seeded } from "../test/seeded.ts";
import type { RequestCommitment, ResponseCommitment } from "./commitment-types.ts";
import { createCommitmentHasher } from "./commitments.ts";
import { costUp } from "./costs.ts";
import {
  advance,
  EMPTY_LANE,
  type LaneState,
  nextRequestFields,
  requestProblem,
  responseProblem,
  spoilsLane,
} from "./lane.ts";
import { recoverAddress } from "./signatures.ts";

const hasher = createCommitmentHasher({ chainId: 31337n, accounting: `0x${"ac".repeat(20)}` });

/** Whether a client and an executor who know the lane would take the receipt: rules and signatures. */
function accepts({ state, receipt }: Pick<Step, "state" | "receipt">): boolean {
  const { request, response, clientSignature, executorSignature } = receipt;
  const requestHash = hasher.hashRequest(request);
  return (
    requestProblem(state, request) === undefined &&
    responseProblem({ state, request, requestHash, response }) === undefined &&
    recoverAddress(requestHash, clientSignature) === request.client &&
    recoverAddress(hasher.hashResponse(response), executorSignature) === request.executor
  );
}

/** Another value that the field could hold. */
function mutated(value: unknown): unknown {
  if (typeof value === "bigint") return value === 0n ? 1n : value - 1n;
  const text = String(value);
  return text.slice(0, -1) + (text.endsWith("1") ? "2" : "1");
}

describe("an honest lane", () => {
  it("passes at every answer, and its total is the sum of what each answer costs (seeds 1 to 60)", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seeded(seed);
      let state: LaneState = EMPTY_LANE;
      let sum = 0n;
      for (let answer = 1n; answer <= 12n; answer++) {
        const request = honestRequest(random, state);
        const requestHash = hasher.hashRequest(request);
        expect(requestProblem(state, request)).toBeUndefined();
        const response = honestResponse(random, { state, request, requestHash });
        expect(responseProblem({ state, request, requestHash, response })).toBeUndefined();
        if (response.finishReason !== 0n) sum += costUp({ ...request, ...response });
        const responseHash = hasher.hashResponse(response);
        state = advance(state, response, responseHash);
        expect(state).toMatchObject({ nonce: answer, cost: sum, responseHash });
      }
    }
  });

  it("is refused when any one field of a signed pair is another (seed 77)", () => {
    for (const step of honestLane(seeded(77), hasher, 3)) {
      expect(accepts(step)).toBe(true);
      for (const part of ["request", "response", "clientSignature", "executorSignature"] as const) {
        for (const [field, value] of Object.entries(step.receipt[part])) {
          const receipt = { ...step.receipt, [part]: { ...step.receipt[part], [field]: mutated(value) } };
          expect(accepts({ state: step.state, receipt }), `${part}.${field}`).toBe(false);
        }
      }
    }
  });
});

const state: LaneState = { nonce: 4n, cost: 100n, inbound: 10n, outbound: 20n, responseHash: `0x${"aa".repeat(32)}` };
const request: RequestCommitment = {
  ...honestRequest(seeded(5), state),
  maxInboundTokens: 1_000n,
  maxOutboundTokens: 500n,
  inboundPrice: 1_000_000n,
  outboundPrice: 2_000_000n,
  costCap: 2_100n,
};
const requestHash = hasher.hashRequest(request);
const response: ResponseCommitment = {
  ...honestResponse(seeded(6), { state, request, requestHash }),
  inboundTokens: 300n,
  outboundTokens: 200n,
  cumulativeCost: 800n,
  cumulativeInbound: 310n,
  cumulativeOutbound: 220n,
  finishReason: 1n,
};

describe("nextRequestFields", () => {
  it("acknowledge the last answer", () => {
    expect(nextRequestFields(state)).toEqual({ nonce: 5n, ackedCost: 100n, prevResponseHash: state.responseHash });
    expect(nextRequestFields(EMPTY_LANE)).toEqual({
      nonce: 1n,
      ackedCost: 0n,
      prevResponseHash: `0x${"00".repeat(32)}`,
    });
  });
});

describe("requestProblem", () => {
  it.each<[string, Partial<RequestCommitment>, string]>([
    ["repeats a nonce", { nonce: 4n }, "LANE_OUT_OF_STEP"],
    ["skips a nonce", { nonce: 6n }, "LANE_OUT_OF_STEP"],
    ["acknowledges less than was answered", { ackedCost: 99n }, "LANE_OUT_OF_STEP"],
    ["acknowledges more than was answered", { ackedCost: 101n }, "LANE_OUT_OF_STEP"],
    ["acknowledges another answer", { prevResponseHash: `0x${"bb".repeat(32)}` }, "LANE_OUT_OF_STEP"],
    ["caps the cost below the worst case", { costCap: 2_099n }, "REQUEST_INVALID"],
    ["raises a limit without the cap", { maxOutboundTokens: 501n }, "REQUEST_INVALID"],
    ["raises a price without the cap", { inboundPrice: 1_000_001n }, "REQUEST_INVALID"],
  ])("refuses a request that %s", (_, change, code) => {
    expect(requestProblem(state, request)).toBeUndefined();
    expect(requestProblem(state, { ...request, ...change })).toMatchObject({ code });
  });

  it("refuses any request in a lane whose nonces are used up", () => {
    const full = { ...state, nonce: 2n ** 32n - 1n };
    expect(requestProblem(full, { ...request, nonce: 2n ** 32n })).toEqual({
      code: "LANE_OUT_OF_STEP",
      message: "The lane is full.",
    });
  });
});

describe("a refusal", () => {
  it("spoils a lane of which the executor thinks otherwise, and no other one", () => {
    const codes = ["LANE_OUT_OF_STEP", "LANE_BUSY", "QUEUE_FULL", "RESPONSE_INVALID", "INTERNAL"] as const;
    expect(codes.map(spoilsLane)).toEqual([true, true, false, false, false]);
  });
});

describe("responseProblem", () => {
  const problem = (change: Partial<ResponseCommitment>, changedRequest: Partial<RequestCommitment> = {}) =>
    responseProblem({
      state,
      request: { ...request, ...changedRequest },
      requestHash,
      response: { ...response, ...change },
    });

  it.each<[string, Partial<ResponseCommitment>, RegExp]>([
    ["names another request", { requestHash: `0x${"cc".repeat(32)}` }, /another request/],
    ["counts more prompt tokens than allowed", { inboundTokens: 1_001n, cumulativeCost: 1_501n }, /1001 prompt tokens/],
    ["counts more answer tokens than allowed", { outboundTokens: 501n, cumulativeCost: 1_402n }, /501 answer tokens/],
    ["has a finish reason that is none", { finishReason: 4n }, /finish reason 4/],
    ["adds up to more", { cumulativeCost: 801n }, /by its tokens it is 800/],
    ["adds up to less", { cumulativeCost: 799n }, /by its tokens it is 800/],
    ["charges for a failure", { finishReason: 0n }, /by its tokens it is 100/],
    ["counts the lane's prompt tokens wrongly", { cumulativeInbound: 311n }, /add up to 310/],
    ["counts the lane's answer tokens wrongly", { cumulativeOutbound: 219n }, /add up to 220/],
  ])("refuses a response that %s", (_, change, message) => {
    expect(problem({})).toBeUndefined();
    expect(problem(change)).toEqual({ code: "RESPONSE_INVALID", message: expect.stringMatching(message) });
  });

  it("refuses a response above the cap, and takes one that reaches it", () => {
    expect(problem({}, { costCap: 799n })).toMatchObject({ code: "RESPONSE_INVALID" });
    expect(problem({}, { costCap: 800n })).toBeUndefined();
  });

  it("takes a failed answer that costs nothing", () => {
    expect(problem({ finishReason: 0n, cumulativeCost: 100n })).toBeUndefined();
  });

  it("takes an answer that uses every token that it may", () => {
    const all = { inboundTokens: 1_000n, outboundTokens: 500n, cumulativeInbound: 1_010n, cumulativeOutbound: 520n };
    expect(problem({ ...all, cumulativeCost: 2_100n })).toBeUndefined();
  });
});
