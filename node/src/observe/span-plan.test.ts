import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { CalledFact, ServedFact, TriedFact } from "../primitives/probes.ts";
import { traceparentOf } from "../primitives/trace-ids.ts";
import { spansOfCalled, spansOfServed, spansOfTried } from "./span-plan.ts";

const hashOf = (name: string): `0x${string}` => `0x${createHash("sha256").update(name).digest("hex")}`;
const [FIRST, SECOND] = [hashOf("first"), hashOf("second")];
const course = {
  ...{ model: "m", startedAtMs: 1_000, firstTextAtMs: 1_500, endedAtMs: 3_000 },
  ...{ code: undefined, finishReason: "stop" as const, inboundTokens: 7, outboundTokens: 5, cost: 42n },
} as const;
const served: ServedFact = { ...course, requestHash: SECOND, backend: "llama.cpp", beganAtMs: 1_250 };
const tried: TriedFact = { ...course, requestHash: SECOND, executor: `0x${"cd".repeat(20)}`, attempt: 2 };
const called: CalledFact = {
  ...course,
  requestId: "req",
  route: "/v1/messages",
  isStream: true,
  requestHashes: [FIRST, SECOND],
};

describe("the spans of a request", () => {
  it("meet in one trace, from the call to the backend, though nothing was sent for it", () => {
    const [call] = spansOfCalled(called);
    const [attempt] = spansOfTried(tried);
    const [request, queue, backend] = spansOfServed(served);
    const all = [call, attempt, request, queue, backend];
    expect(new Set(all.map((span) => span?.traceId))).toEqual(new Set([SECOND.slice(2, 34)]));
    expect(attempt?.parentId).toBe(call?.spanId);
    expect(request?.parentId).toBe(attempt?.spanId);
    expect([queue?.parentId, backend?.parentId]).toEqual([request?.spanId, request?.spanId]);
    const ids = [call, attempt, request, backend].map((span) => span?.spanId);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
    // What a server of answers is told: its own spans stand below the backend's.
    expect(traceparentOf(SECOND)).toBe(`00-${backend?.traceId}-${backend?.spanId}-01`);
  });

  it("link a call to the tries that failed before, which stand alone", () => {
    const [call] = spansOfCalled(called);
    const failed = {
      ...tried,
      requestHash: FIRST,
      attempt: 1,
      code: "EXECUTOR_TIMEOUT",
      finishReason: undefined,
    } as const;
    const [attempt] = spansOfTried(failed);
    expect(call?.links).toEqual([FIRST]);
    expect(attempt).toMatchObject({ traceId: FIRST.slice(2, 34), parentId: undefined });
    expect(attempt?.attributes).toMatchObject({ "error.type": "EXECUTOR_TIMEOUT", "lloom.attempt": 1 });
    expect(attempt?.attributes).not.toHaveProperty("gen_ai.usage.output_tokens");
  });

  it("have the names of the conventions for generative AI", () => {
    const [, , backend] = spansOfServed(served);
    expect(backend).toMatchObject({ name: "chat m", kind: "client", startMs: 1_250, endMs: 3_000 });
    expect(backend?.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "llama.cpp",
      "gen_ai.request.model": "m",
      "gen_ai.response.model": "m",
      "gen_ai.response.time_to_first_chunk": 0.5,
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 7,
      "gen_ai.usage.output_tokens": 5,
      "lloom.cost_base_units": "42",
    });
  });

  it("of one that never got its turn end with its wait", () => {
    const spans = spansOfServed({ ...served, beganAtMs: undefined, code: "DRAINING", finishReason: undefined });
    expect(spans.map(({ name }) => name)).toEqual(["chat m", "queue"]);
  });
});
