import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Sample, samplesOf } from "../../../test/support/prometheus-text.ts";
import { type CalledFact, PROBES, type ServedFact } from "../primitives/probes.ts";
import { Metrics } from "./metrics.ts";
import { recordCalls, recordServed } from "./record-answers.ts";

const HASH = `0x${"ab".repeat(32)}` as const;
const course = {
  ...{ model: "m", startedAtMs: 1_000, firstTextAtMs: 1_500, endedAtMs: 3_000 },
  ...{ code: undefined, finishReason: "stop" as const, inboundTokens: 7, outboundTokens: 5, cost: 42n },
} as const;
const served: ServedFact = { ...course, requestHash: HASH, backend: "scripted", beganAtMs: 1_250 };
const called: CalledFact = {
  ...course,
  requestId: "req",
  route: "/v1/messages",
  isStream: true,
  requestHashes: [HASH],
};
const NOTHING = { finishReason: undefined, inboundTokens: 0, outboundTokens: 0, cost: 0n } as const;

let stack: DisposableStack;
beforeEach(() => {
  stack = new DisposableStack();
});
afterEach(() => stack.dispose());

async function valuesOf(metrics: Metrics, name: string): Promise<Pick<Sample, "labels" | "value">[]> {
  const samples = samplesOf((await metrics.text()).body).filter((sample) => sample.name === name && sample.value !== 0);
  return samples.map(({ labels: { role: _, ...labels }, value }) => ({ labels, value }));
}

describe("an executor's answers", () => {
  it("are counted with their tokens, times and earnings", async () => {
    const metrics = new Metrics("executor");
    recordServed(metrics, stack);
    PROBES.served.tell(served);
    PROBES.textGap.tell(20);
    const model_name = "m";
    const expected = [
      ["lloom_request_success_total", [{ labels: { finished_reason: "stop", model_name }, value: 1 }]],
      ["lloom_prompt_tokens_total", [{ labels: { model_name }, value: 7 }]],
      ["lloom_generation_tokens_total", [{ labels: { model_name }, value: 5 }]],
      ["lloom_earned_base_units_total", [{ labels: {}, value: 42 }]],
      ["lloom_request_queue_time_seconds_sum", [{ labels: {}, value: 0.25 }]],
      ["lloom_time_to_first_token_seconds_sum", [{ labels: { model_name }, value: 0.5 }]],
      ["lloom_e2e_request_latency_seconds_sum", [{ labels: { model_name }, value: 2 }]],
      ["lloom_inter_token_latency_seconds_sum", [{ labels: {}, value: 0.02 }]],
    ] as const;
    for (const [name, values] of expected) expect(await valuesOf(metrics, name), name).toEqual(values);
  });

  it("that failed earn nothing, and are counted by why", async () => {
    const metrics = new Metrics("executor");
    recordServed(metrics, stack);
    PROBES.served.tell({ ...served, ...NOTHING, code: "BACKEND_FAILED" });
    PROBES.refused.tell({ code: "QUEUE_FULL" });
    const counted = (code: string) => [{ labels: { code }, value: 1 }];
    expect(await valuesOf(metrics, "lloom_request_failure_total")).toEqual(counted("BACKEND_FAILED"));
    expect(await valuesOf(metrics, "lloom_requests_refused_total")).toEqual(counted("QUEUE_FULL"));
    expect(await valuesOf(metrics, "lloom_request_success_total")).toEqual([]);
    expect(await valuesOf(metrics, "lloom_earned_base_units_total")).toEqual([]);
  });

  it("of more models than anybody looks at are counted as others", async () => {
    const metrics = new Metrics("executor");
    recordServed(metrics, stack);
    for (let index = 0; index < 100; index += 1) PROBES.served.tell({ ...served, model: `model-${index}` });
    const counts = await valuesOf(metrics, "lloom_prompt_tokens_total");
    expect(counts).toHaveLength(33);
    expect(counts.at(-1)).toEqual({ labels: { model_name: "other" }, value: 68 * 7 });
  });
});

describe("a gateway's calls", () => {
  it("run from their beginning to their end", async () => {
    const metrics = new Metrics("gateway");
    recordCalls(metrics, stack);
    PROBES.callBegan.tell();
    PROBES.callBegan.tell();
    expect(await valuesOf(metrics, "lloom_num_requests_running")).toEqual([{ labels: {}, value: 2 }]);
    PROBES.called.tell(called);
    PROBES.called.tell({ ...called, ...NOTHING, code: "CANCELLED" });
    expect(await valuesOf(metrics, "lloom_num_requests_running")).toEqual([]);
    expect(await valuesOf(metrics, "lloom_spent_base_units_total")).toEqual([{ labels: {}, value: 42 }]);
  });

  it("tell how often somebody else had to be asked, and why", async () => {
    const metrics = new Metrics("gateway");
    recordCalls(metrics, stack);
    const tried = { ...course, requestHash: HASH, executor: `0x${"cd".repeat(20)}` } as const;
    PROBES.tried.tell({ ...tried, ...NOTHING, attempt: 1, code: "EXECUTOR_TIMEOUT" });
    PROBES.tried.tell({ ...tried, attempt: 2 });
    PROBES.tried.tell({ ...tried, ...NOTHING, attempt: 1 });
    expect(await valuesOf(metrics, "lloom_failovers_total")).toEqual([{ labels: {}, value: 1 }]);
    expect(await valuesOf(metrics, "lloom_try_failures_total")).toEqual([
      { labels: { code: "EXECUTOR_TIMEOUT" }, value: 1 },
    ]);
    const outcomes = await valuesOf(metrics, "lloom_tries_total");
    expect(outcomes.map(({ labels }) => labels["outcome"]).sort()).toEqual(["abandoned", "answered", "failed"]);
  });
});
