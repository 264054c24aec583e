import { describe, expect, it } from "vitest";
import { samplesOf } from "../../../../test/support/prometheus-text.ts";
import type { ModelSummary } from "../../client/discover/model-summary.ts";
import { LloomError } from "../../errors.ts";
import type { ExecutorStatus } from "../../executor/executor-status.ts";
import { Metrics } from "../../observe/metrics.ts";
import { readiness } from "../../observe/readiness.ts";
import type { Duty } from "../../store/duty-log.ts";
import { observeExecutor } from "./observe-executor.ts";
import { observeGateway } from "./observe-gateway.ts";
import { observeValidator } from "./observe-validator.ts";

const clock = { skewMs: 1_500 };
const room = { freeBytes: 5e9, problem: () => undefined };
const full = { freeBytes: 1e6, problem: () => new LloomError("STORE_FAILED", "It is full.", { next: "Free some." }) };
const duty = (change: Partial<Duty>): Duty => change as Duty;
/** One duty of each kind is open, another one over. */
const openDuties = (): readonly Duty[] => [duty({}), duty({ endedAt: 7n })];
const shown = async (metrics: Metrics, name: string): Promise<number[]> =>
  samplesOf((await metrics.text()).body).flatMap((one) => (one.name === name ? [one.value] : []));

const STATUS: ExecutorStatus = {
  ...{ draining: false, running: 2, waiting: 3, answered: 0, failed: 0, refused: 0 },
  ...{ owed: 17n, disputes: 0, models: ["a", "b"] },
};
/** An executor that stands so. */
function executor(change: Partial<ExecutorStatus> = {}, peers = 1, disk: typeof room | typeof full = room) {
  const metrics = new Metrics("executor");
  const running = { status: () => ({ ...STATUS, ...change }) };
  const store = { openDuties, unsettledLanes: () => 4 };
  return {
    metrics,
    reasons: observeExecutor(metrics, { running, store, clock, room: disk, host: { peers: () => peers } }),
  };
}

describe("an executor", () => {
  it("shows its queue, what it is owed, and its open duties", async () => {
    const { metrics } = executor();
    const names = ["num_requests_running", "num_requests_waiting", "owed_base_units", "offers", "lanes", "peers"];
    const values = await Promise.all(names.map((name) => shown(metrics, `lloom_${name}`)));
    expect(values.flat()).toEqual([2, 3, 17, 2, 4, 1]);
    expect(await shown(metrics, "lloom_duties_open")).toEqual([1, 1]);
    expect(await shown(metrics, "lloom_clock_skew_seconds")).toEqual([1.5]);
  });

  it.each([
    ["drains", { draining: true }, 1, /draining/],
    ["has nothing to offer", { models: [] }, 1, /No model is on offer/],
    ["has no peers", {}, 0, /--bootstrap/],
  ] as const)("is not ready while it %s", async (_, change, peers, reason) => {
    expect((await readiness(executor(change, peers).reasons)).reason).toMatch(reason);
  });

  it("says first that its disk is full: what else is amiss follows from it", async () => {
    expect((await readiness(executor({ models: [] }, 1, full).reasons)).reason).toBe("It is full. Free some.");
  });

  it("is ready otherwise", async () => {
    expect(await readiness(executor().reasons)).toEqual({ status: "ready" });
  });
});

describe("a gateway", () => {
  const gateway = (models: number, peers: number) => {
    const metrics = new Metrics("gateway");
    const client = {
      status: () => ({ offers: 9, channels: 2, balance: 30n }),
      models: async () => Array.from({ length: models }, () => ({}) as ModelSummary),
    };
    const store = { openDuties, unsettledLanes: () => 4 };
    return { metrics, reasons: observeGateway(metrics, { client, store, clock, room, host: { peers: () => peers } }) };
  };

  it("shows its book, channels and lanes", async () => {
    const { metrics } = gateway(1, 1);
    const names = ["offers", "channels", "channel_balance_base_units", "lanes"];
    const values = await Promise.all(names.map((name) => shown(metrics, `lloom_${name}`)));
    expect(values.flat()).toEqual([9, 2, 30, 4]);
  });

  it("is ready with peers and a model", async () => {
    expect((await readiness(gateway(1, 0).reasons)).reason).toMatch(/No peer/);
    expect((await readiness(gateway(0, 1).reasons)).reason).toMatch(/No executor offers/);
    expect(await readiness(gateway(1, 1).reasons)).toEqual({ status: "ready" });
  });
});

describe("a validator", () => {
  it("shows its registry, and is ready without peers: somebody is the first", async () => {
    const metrics = new Metrics("validator");
    const observed = {
      validator: { offerCount: () => 5 },
      store: { openDuties },
      clock,
      room,
      host: { peers: () => 0 },
    };
    expect(await readiness(observeValidator(metrics, observed))).toEqual({ status: "ready" });
    expect(await shown(metrics, "lloom_offers")).toEqual([5]);
    expect(await shown(metrics, "lloom_disk_free_bytes")).toEqual([5e9]);
    const later = { ...observed, room: full };
    expect((await readiness(observeValidator(metrics, later))).reason).toBe("It is full. Free some.");
    expect(await shown(metrics, "lloom_disk_free_bytes")).toEqual([1e6]);
  });
});
