/** The roles that can be measured. */
export type MeasuredRole = "gateway" | "executor" | "validator" | "observer";

/** What a metric is; its name says the unit. */
export interface MetricKind {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly roles: readonly MeasuredRole[];
  /** Beside `role`, which every sample has. Each takes few values: from a list of this code, or through `bounded-label.ts`. */
  readonly labels?: readonly string[];
  /** Upper bounds, seconds. */
  readonly buckets?: readonly number[];
  /** Samples that stand there from the start, with 0: a rate needs to see the first event too. */
  readonly initial?: readonly Readonly<Record<string, string>>[];
}

const each = <Label extends string>(label: Label, values: readonly string[]): { [Name in Label]: string }[] =>
  values.map((value) => ({ [label]: value }) as { [Name in Label]: string });

/** Who has an account that money and duties of disputes hang on. */
const ACTING = ["gateway", "executor", "validator"] as const;
const ALL = [...ACTING, "observer"] as const;
const SELLING = ["gateway", "executor"] as const;
/** Whom others have to reach. */
const CALLED = ["executor", "validator"] as const;
/** From what a cache answers at once to what a big model on a slow machine takes. */
const LATENCY = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const GAPS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Every metric of the nodes, once: what `/metrics` holds, what docs/observability.md explains and what dashboard and rules in
 * deploy/ may ask for. Names end as vLLM's where they mean the same.
 */
export const METRICS = {
  lloom_num_requests_running: {
    type: "gauge",
    roles: SELLING,
    help: "Requests that are answered now; at a gateway all calls that were let in.",
  },
  lloom_num_requests_waiting: {
    type: "gauge",
    roles: ["executor"],
    help: "Requests that wait for their turn at the backend.",
  },
  lloom_time_to_first_token_seconds: {
    type: "histogram",
    roles: SELLING,
    labels: ["model_name"],
    buckets: LATENCY,
    help: "From a request's arrival to the first piece of its answer.",
  },
  lloom_inter_token_latency_seconds: {
    type: "histogram",
    roles: SELLING,
    buckets: GAPS,
    help: "Between two pieces of an answer's text, as they come.",
  },
  lloom_e2e_request_latency_seconds: {
    type: "histogram",
    roles: SELLING,
    labels: ["model_name"],
    buckets: LATENCY,
    help: "From a request's arrival to the end of its answer.",
  },
  lloom_request_queue_time_seconds: {
    type: "histogram",
    roles: ["executor"],
    buckets: LATENCY,
    help: "From admission to the request's turn at the backend.",
  },
  lloom_prompt_tokens_total: {
    type: "counter",
    roles: SELLING,
    labels: ["model_name"],
    help: "Prompt tokens of answers, as they were signed.",
  },
  lloom_generation_tokens_total: {
    type: "counter",
    roles: SELLING,
    labels: ["model_name"],
    help: "Answer tokens, as they were signed.",
  },
  lloom_request_success_total: {
    type: "counter",
    roles: SELLING,
    labels: ["finished_reason", "model_name"],
    help: "Answers with a receipt, by how they ended.",
  },
  lloom_request_failure_total: {
    type: "counter",
    roles: SELLING,
    labels: ["code"],
    initial: each("code", [
      "BACKEND_FAILED",
      "BACKEND_TIMEOUT",
      "CANCELLED",
      "INSUFFICIENT_FUNDS",
      "NO_EXECUTOR",
      "STREAM_INTERRUPTED",
    ]),
    help: "Requests that were let in and ended without an answer, by error code.",
  },
  lloom_caller_payments_total: {
    type: "counter",
    roles: ["gateway"],
    labels: ["outcome"],
    initial: each("outcome", ["settled", "void", "open"]),
    help: "Payments by callers without an account whose answer was there: taken, given up, or not known yet.",
  },
  lloom_requests_refused_total: {
    type: "counter",
    roles: SELLING,
    labels: ["code"],
    initial: each("code", [
      "CHANNEL_UNDERFUNDED",
      "DRAINING",
      "MODEL_NOT_FOUND",
      "QUEUE_FULL",
      "RATE_LIMITED",
      "REQUEST_INVALID",
    ]),
    help: "Requests that were not let in, by error code.",
  },
  lloom_tries_total: {
    type: "counter",
    roles: ["gateway"],
    labels: ["outcome"],
    initial: each("outcome", ["answered", "failed"]),
    help: "Executors that were asked.",
  },
  lloom_try_failures_total: {
    type: "counter",
    roles: ["gateway"],
    labels: ["code"],
    initial: each("code", ["BACKEND_FAILED", "EXECUTOR_TIMEOUT", "EXECUTOR_UNREACHABLE", "RESPONSE_INVALID"]),
    help: "Executors that were asked and did not answer, by error code.",
  },
  lloom_failovers_total: {
    type: "counter",
    roles: ["gateway"],
    help: "Tries after the first of a question: somebody else was asked, or the same one again.",
  },
  lloom_spent_base_units_total: {
    type: "counter",
    roles: ["gateway"],
    help: "What answers cost, in base units of the payment token.",
  },
  lloom_earned_base_units_total: {
    type: "counter",
    roles: ["executor"],
    help: "What signed answers cost their clients, in base units of the payment token.",
  },
  lloom_owed_base_units: {
    type: "gauge",
    roles: ["executor"],
    help: "Earned and not settled yet, in base units of the payment token.",
  },
  lloom_settled_lanes_total: {
    type: "counter",
    roles: ["executor"],
    labels: ["outcome"],
    initial: each("outcome", ["paid", "rejected", "failed"]),
    help: "Lanes that were to be settled: paid, rejected by the contract, or failed, to be tried again.",
  },
  lloom_offers: {
    type: "gauge",
    roles: ALL,
    help: "Offers that stand: in a gateway's book, in a validator's registry, heard by an observer, of an executor its own.",
  },
  lloom_channels: {
    type: "gauge",
    roles: ["gateway"],
    help: "Channels that were used since the start.",
  },
  lloom_channel_balance_base_units: {
    type: "gauge",
    roles: ["gateway"],
    help: "What they held when last seen, without what was being unlocked, in base units of the payment token.",
  },
  lloom_lanes: { type: "gauge", roles: SELLING, help: "Lanes with answers that are not settled yet." },
  lloom_peers: { type: "gauge", roles: ALL, help: "Connected peers." },
  lloom_duties_open: {
    type: "gauge",
    roles: ACTING,
    labels: ["kind"],
    help: "Duties by a deadline of the chain: disputes to answer, defend, open or tend, reports, complaints, jury seats.",
  },
  lloom_duty_steps_total: {
    type: "counter",
    roles: ACTING,
    labels: ["kind"],
    initial: each("kind", ["answer", "defend", "dispute", "report", "accuse", "judge"]),
    help: "Steps of such duties.",
  },
  lloom_audit_canaries_planned_total: {
    type: "counter",
    roles: ["validator"],
    help: "Canaries that were drawn for an epoch.",
  },
  lloom_audit_findings_total: {
    type: "counter",
    roles: ["validator"],
    help: "Canaries whose answer speaks against its executor.",
  },
  lloom_audit_executors_reported_total: {
    type: "counter",
    roles: ["validator"],
    help: "Audits of executors that were reported on chain.",
  },
  lloom_observed_calls_total: {
    type: "counter",
    roles: ["observer"],
    labels: ["outcome"],
    initial: each("outcome", ["answered", "silent"]),
    help: "Calls of executors by an observer, by whether they were answered.",
  },
  lloom_observed_executors: { type: "gauge", roles: ["observer"], help: "Executors that an observer calls in turn." },
  lloom_transactions_total: {
    type: "counter",
    roles: ACTING,
    labels: ["outcome"],
    initial: each("outcome", ["done", "reverted"]),
    help: "Transactions of this node's account that were mined.",
  },
  lloom_transaction_fees_wei_total: {
    type: "counter",
    roles: ACTING,
    help: "What they cost, in wei.",
  },
  lloom_rpc_calls_total: {
    type: "counter",
    roles: ALL,
    labels: ["method", "outcome"],
    initial: ["error", "unreachable"].map((outcome) => ({ method: "eth_blockNumber", outcome })),
    help: "Calls to the chain's RPC server: ok, error (it answered with one), unreachable.",
  },
  lloom_rpc_call_seconds: {
    type: "histogram",
    roles: ALL,
    buckets: LATENCY,
    help: "How long such calls take, with their repetitions.",
  },
  lloom_chain_head_block: { type: "gauge", roles: ALL, help: "Number of the latest block that was seen." },
  lloom_chain_head_age_seconds: {
    type: "gauge",
    roles: ALL,
    help: "Since a new block was last seen; from the start on while none was.",
  },
  lloom_reach: {
    type: "gauge",
    roles: CALLED,
    labels: ["how"],
    help: "1 for how the node is called: machine, unknown, direct, relayed, nobody; else 0.",
  },
  lloom_relayed_peers_total: {
    type: "counter",
    roles: CALLED,
    labels: ["outcome"],
    initial: each("outcome", ["direct", "stayed"]),
    help: "Peers that came through a relay: direct (connected without it since), stayed.",
  },
  lloom_clock_skew_seconds: {
    type: "gauge",
    roles: ALL,
    help: "How far this machine's clock is ahead of what peers and blocks say; 0 while they say nothing.",
  },
  lloom_ready: { type: "gauge", roles: ALL, help: "1 while /ready says yes, else 0." },
  lloom_info: { type: "gauge", roles: ALL, labels: ["version"], help: "1, with the node's version." },
  lloom_disk_free_bytes: {
    type: "gauge",
    roles: ALL,
    help: "Left on the disk of the data directory; +Inf where the file system does not tell.",
  },
  lloom_event_loop_lag_seconds: {
    type: "gauge",
    roles: ALL,
    labels: ["quantile"],
    help: "How late timers of this process fire, since the last scrape.",
  },
  lloom_event_loop_utilization: {
    type: "gauge",
    roles: ALL,
    help: "Share of the time in which the main thread works, since the last scrape.",
  },
  process_cpu_seconds_total: { type: "counter", roles: ALL, help: "Processor time of this process, user and system." },
  process_resident_memory_bytes: { type: "gauge", roles: ALL, help: "Resident memory of this process." },
  process_start_time_seconds: { type: "gauge", roles: ALL, help: "When this process started, Unix seconds." },
  nodejs_heap_size_used_bytes: { type: "gauge", roles: ALL, help: "JavaScript's heap that is in use." },
} as const satisfies Readonly<Record<string, MetricKind>>;

export type MetricName = keyof typeof METRICS;
type NamesOf<Type extends MetricKind["type"]> = {
  [Name in MetricName]: (typeof METRICS)[Name]["type"] extends Type ? Name : never;
}[MetricName];
export type CounterName = NamesOf<"counter">;
export type GaugeName = NamesOf<"gauge">;
export type HistogramName = NamesOf<"histogram">;
