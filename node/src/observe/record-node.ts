import { type SteadyClock, steadyClock } from "../primitives/clock.ts";
import { PROBES, type RpcFact } from "../primitives/probes.ts";
import { BoundedLabel } from "./bounded-label.ts";
import type { Metrics } from "./metrics.ts";

/** The methods of JSON-RPC that a node uses are fewer. */
const MOST_METHODS = 32;

/** What this node saw of its chain's server. */
export interface ChainSeen {
  /** Why the chain cannot be used now; undefined while it can. */
  problem(): string | undefined;
}

/** A server may fail a call and answer the next one. */
const PATIENCE_MS = 15_000;

const REACHES = ["machine", "unknown", "direct", "relayed", "nobody"] as const;

/** Measures what every node does at the chain and how it is reached: calls, transactions, duties, audits. */
export function recordNode(metrics: Metrics, stack: DisposableStack, clock: SteadyClock = steadyClock): ChainSeen {
  const methods = new BoundedLabel(MOST_METHODS);
  let head = 0;
  let headAtMs = clock();
  let failingSinceMs: number | undefined;
  const onRpc = ({ method, ms, outcome, head: seen }: RpcFact): void => {
    metrics.count("lloom_rpc_calls_total", { method: methods.of(method), outcome });
    metrics.observe("lloom_rpc_call_seconds", ms / 1000);
    if (outcome === "unreachable") failingSinceMs ??= clock() - ms;
    else failingSinceMs = undefined;
    if (seen === undefined || seen === head) return;
    head = seen;
    headAtMs = clock();
  };
  stack.use(PROBES.rpc.listen(onRpc));
  metrics.read("lloom_chain_head_block", () => head);
  metrics.read("lloom_chain_head_age_seconds", () => (clock() - headAtMs) / 1000);
  stack.use(
    PROBES.mined.listen(({ isReverted, feeWei }) => {
      metrics.count("lloom_transactions_total", { outcome: isReverted ? "reverted" : "done" });
      metrics.count("lloom_transaction_fees_wei_total", {}, Number(feeWei));
    }),
  );
  let reach = "unknown";
  stack.use(
    PROBES.reach.listen(({ how }) => {
      reach = how;
    }),
  );
  metrics.read("lloom_reach", () => REACHES.map((how) => [{ how }, how === reach ? 1 : 0] as const));
  stack.use(PROBES.relayed.listen(({ outcome }) => metrics.count("lloom_relayed_peers_total", { outcome })));
  stack.use(PROBES.duty.listen(({ kind }) => metrics.count("lloom_duty_steps_total", { kind })));
  stack.use(PROBES.audit.listen(({ step, count }) => metrics.count(AUDIT_COUNTERS[step], {}, count)));
  return {
    problem: () =>
      failingSinceMs !== undefined && clock() - failingSinceMs > PATIENCE_MS
        ? "The chain's RPC server does not answer: check --rpc, and whether it runs."
        : undefined,
  };
}

const AUDIT_COUNTERS = {
  drawn: "lloom_audit_canaries_planned_total",
  found: "lloom_audit_findings_total",
  reported: "lloom_audit_executors_reported_total",
} as const;
