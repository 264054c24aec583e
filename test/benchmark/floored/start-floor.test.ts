import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Supervisor } from "../../../devnet/src/supervisor.ts";
import { runJob } from "../serving/generator-jobs.ts";
import { startHelper } from "../serving/helpers.ts";
import { startFloor } from "./start-floor.ts";

it("answers calls and streams with the backend's whole text, and tells what both halves spend", async () => {
  const dir = mkdtempSync(join(tmpdir(), "lloom-floor-"));
  try {
    await using supervisor = new Supervisor(dir);
    const backendUrl = await startHelper(supervisor, "backend-server", ["10"]);
    const { subject: target, meter } = await startFloor(supervisor, dir, backendUrl);
    const calls = { kind: "calls", target, tokens: 16, parallel: 4, mostCalls: 40, mostMs: 60_000 } as const;
    await meter.watch(
      () => runJob(calls),
      (done) => {
        expect(done).toMatchObject({ errors: 0, tookMs: expect.toSatisfy((took: number[]) => took.length === 40) });
        return 40;
      },
    );
    const streams = { kind: "streams", target, tokens: 4, paceMs: 10, parallel: 2, rampMs: 0, each: 2 } as const;
    expect(await runJob(streams)).toMatchObject({ streams: Array(4).fill(expect.objectContaining({ isWhole: true })) });
    expect(meter.answers).toBe(40);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}, 120_000);
