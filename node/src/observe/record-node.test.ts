import { afterEach, beforeEach, expect, it } from "vitest";
import { samplesOf } from "../../../test/support/prometheus-text.ts";
import { PROBES } from "../primitives/probes.ts";
import { Metrics } from "./metrics.ts";
import { type ChainSeen, recordNode } from "./record-node.ts";

let stack: DisposableStack;
let metrics: Metrics;
let seen: ChainSeen;
beforeEach(() => {
  stack = new DisposableStack();
  metrics = new Metrics("validator");
  seen = recordNode(metrics, stack);
});
afterEach(() => stack.dispose());

const value = async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> => {
  const samples = samplesOf((await metrics.text()).body);
  return samples.find((one) => one.name === name && Object.entries(labels).every(([key, it]) => one.labels[key] === it))
    ?.value;
};

it("counts calls to the chain by method and outcome, and follows its head", async () => {
  PROBES.rpc.tell({ method: "eth_blockNumber", ms: 5, outcome: "ok", head: 17 });
  PROBES.rpc.tell({ method: "eth_call", ms: 5, outcome: "error" });
  expect(await value("lloom_rpc_calls_total", { method: "eth_call", outcome: "error" })).toBe(1);
  expect(await value("lloom_chain_head_block")).toBe(17);
  expect(await value("lloom_chain_head_age_seconds")).toBeLessThan(60);
});

it("says that the chain is away only after a while without any answer", () => {
  PROBES.rpc.tell({ method: "eth_call", ms: 1_000, outcome: "unreachable" });
  expect(seen.problem()).toBeUndefined();
  PROBES.rpc.tell({ method: "eth_call", ms: 1_000, outcome: "error" });
  PROBES.rpc.tell({ method: "eth_call", ms: 60_000, outcome: "unreachable" });
  expect(seen.problem()).toMatch(/RPC server does not answer/);
  PROBES.rpc.tell({ method: "eth_call", ms: 1, outcome: "ok" });
  expect(seen.problem()).toBeUndefined();
});

it("counts transactions, what they cost, duties and audits", async () => {
  PROBES.mined.tell({ isReverted: true, feeWei: 5n });
  PROBES.mined.tell({ isReverted: false, feeWei: 7n });
  PROBES.duty.tell({ kind: "judge", state: "seated" });
  PROBES.audit.tell({ step: "reported", count: 3 });
  expect(await value("lloom_transactions_total", { outcome: "reverted" })).toBe(1);
  expect(await value("lloom_transaction_fees_wei_total")).toBe(12);
  expect(await value("lloom_duty_steps_total", { kind: "judge" })).toBe(1);
  expect(await value("lloom_audit_executors_reported_total")).toBe(3);
});

it("shows how the node is called, and what became of peers that came through a relay", async () => {
  expect(await value("lloom_reach", { how: "unknown" })).toBe(1);
  PROBES.reach.tell({ how: "relayed" });
  PROBES.relayed.tell({ outcome: "direct" });
  expect(await value("lloom_reach", { how: "unknown" })).toBe(0);
  expect(await value("lloom_reach", { how: "relayed" })).toBe(1);
  expect(await value("lloom_relayed_peers_total", { outcome: "direct" })).toBe(1);
  expect(await value("lloom_relayed_peers_total", { outcome: "stayed" })).toBe(0);
});
