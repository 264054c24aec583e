import { type CalledFact, PROBES, type ServedFact, type TriedFact } from "../primitives/probes.ts";
import { BoundedLabel } from "./bounded-label.ts";
import type { Metrics } from "./metrics.ts";

/** Models are named by strangers. */
const MOST_MODELS = 32;

const seconds = (fromMs: number, toMs: number): number => Math.max(0, toMs - fromMs) / 1000;

/** Measures an executor's answers. */
export function recordServed(metrics: Metrics, stack: DisposableStack): void {
  const models = new BoundedLabel(MOST_MODELS);
  const served = (fact: ServedFact): void => {
    if (fact.beganAtMs !== undefined)
      metrics.observe("lloom_request_queue_time_seconds", seconds(fact.startedAtMs, fact.beganAtMs));
    recordCourse(metrics, models, fact);
    if (fact.code === undefined) metrics.count("lloom_earned_base_units_total", {}, Number(fact.cost));
  };
  stack.use(PROBES.served.listen(served));
  stack.use(
    PROBES.settled.listen(({ outcome, lanes }) => metrics.count("lloom_settled_lanes_total", { outcome }, lanes)),
  );
  recordGapsAndRefusals(metrics, stack);
}

/** Measures a gateway's calls, and its client's tries. */
export function recordCalls(metrics: Metrics, stack: DisposableStack): void {
  const models = new BoundedLabel(MOST_MODELS);
  let running = 0;
  metrics.read("lloom_num_requests_running", () => running);
  stack.use(
    PROBES.callBegan.listen(() => {
      running += 1;
    }),
  );
  const called = (fact: CalledFact): void => {
    running -= 1;
    recordCourse(metrics, models, fact);
    if (fact.code === undefined) metrics.count("lloom_spent_base_units_total", {}, Number(fact.cost));
  };
  const tried = ({ attempt, code, finishReason }: TriedFact): void => {
    if (attempt > 1) metrics.count("lloom_failovers_total");
    const ended = finishReason === undefined ? "abandoned" : "answered";
    metrics.count("lloom_tries_total", { outcome: code === undefined ? ended : "failed" });
    if (code !== undefined) metrics.count("lloom_try_failures_total", { code });
  };
  stack.use(PROBES.called.listen(called));
  stack.use(PROBES.tried.listen(tried));
  stack.use(PROBES.payment.listen(({ outcome }) => metrics.count("lloom_caller_payments_total", { outcome })));
  recordGapsAndRefusals(metrics, stack);
}

function recordGapsAndRefusals(metrics: Metrics, stack: DisposableStack): void {
  stack.use(PROBES.textGap.listen((ms) => metrics.observe("lloom_inter_token_latency_seconds", ms / 1000)));
  stack.use(PROBES.refused.listen(({ code }) => metrics.count("lloom_requests_refused_total", { code })));
}

function recordCourse(metrics: Metrics, models: BoundedLabel, fact: ServedFact | CalledFact): void {
  const { code, finishReason, startedAtMs, firstTextAtMs, endedAtMs } = fact;
  if (code !== undefined) {
    metrics.count("lloom_request_failure_total", { code });
    return;
  }
  // Only what was sold names a model here: what callers write is not counted by.
  const model = { model_name: models.of(fact.model) };
  if (firstTextAtMs !== undefined)
    metrics.observe("lloom_time_to_first_token_seconds", seconds(startedAtMs, firstTextAtMs), model);
  metrics.observe("lloom_e2e_request_latency_seconds", seconds(startedAtMs, endedAtMs), model);
  metrics.count("lloom_request_success_total", { finished_reason: finishReason ?? "stop", ...model });
  metrics.count("lloom_prompt_tokens_total", model, fact.inboundTokens);
  metrics.count("lloom_generation_tokens_total", model, fact.outboundTokens);
}
