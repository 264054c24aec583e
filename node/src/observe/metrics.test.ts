import { describe, expect, it } from "vitest";
import { samplesOf } from "../../../test/support/prometheus-text.ts";
import { METRICS, type MetricKind } from "./metric-table.ts";
import { Metrics } from "./metrics.ts";

const scrape = async (metrics: Metrics) => samplesOf((await metrics.text()).body);

describe("metrics", () => {
  it("of a role are those that the table gives it, each with the role", async () => {
    const metrics = new Metrics("validator");
    for (const [name, { roles }] of Object.entries<MetricKind>(METRICS))
      expect(metrics.has(name as keyof typeof METRICS), name).toBe(roles.includes("validator"));
    const samples = await scrape(metrics);
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.every(({ labels }) => labels["role"] === "validator")).toBe(true);
  });

  it("begin with the samples that rates and alerts look for", async () => {
    const samples = await scrape(new Metrics("executor"));
    const failed = { role: "executor", outcome: "failed" };
    expect(samples).toContainEqual({ name: "lloom_settled_lanes_total", labels: failed, value: 0 });
  });

  it("read gauges when they are asked for, and leave out what cannot be read", async () => {
    const metrics = new Metrics("gateway");
    let peers = 1;
    metrics.read("lloom_peers", () => peers);
    metrics.read("lloom_duties_open", () => [[{ kind: "dispute" }, 2]]);
    metrics.read("lloom_offers", () => {
      throw new TypeError("closed");
    });
    peers = 3;
    const samples = await scrape(metrics);
    expect(samples).toContainEqual({ name: "lloom_peers", labels: { role: "gateway" }, value: 3 });
    expect(samples).toContainEqual({
      name: "lloom_duties_open",
      labels: { role: "gateway", kind: "dispute" },
      value: 2,
    });
    expect(samples.filter(({ name }) => name === "lloom_offers").map(({ value }) => value)).not.toContain(1);
  });

  it("take what a role does not have for nothing", async () => {
    const metrics = new Metrics("validator");
    metrics.count("lloom_failovers_total");
    metrics.observe("lloom_request_queue_time_seconds", 1);
    expect((await metrics.text()).body).not.toContain("lloom_failovers_total");
  });
});
