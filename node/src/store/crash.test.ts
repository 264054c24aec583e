import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Hex } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createExchange, TEST_CIPHER } from "../../../test/support/exchange.ts";
import { type Database, openDatabase } from "./database/database.ts";
import { type ExecutorLog, openExecutorLog } from "./executor/executor-log.ts";

const exchange = createExchange();
const client = exchange.client.address;
const LANES = [0n, 1n, 2n];
let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-crash-"));
  path = join(directory, "executor.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A step that a process told before it died. */
interface Told {
  readonly step: string;
  readonly requestHash: Hex;
  readonly lane: bigint;
}

/** Runs the child until it told `until` steps or waits after a step, kills it, and returns all that it told. */
async function crash({ stopAfter, until = 1 }: { stopAfter?: string; until?: number }): Promise<readonly Told[]> {
  const script = fileURLToPath(new URL("../../../test/support/store-crash.ts", import.meta.url));
  const child = spawn(process.execPath, [script, path, ...(stopAfter === undefined ? [] : [stopAfter])], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const reached = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const enough = stopAfter === undefined ? output.split("\n").length > until : output.includes(`${stopAfter} `);
      if (enough) resolve();
    });
  });
  await Promise.race([reached, exitOf(child)]);
  child.kill("SIGKILL");
  await Promise.all([exitOf(child), once(child.stdout, "close")]);
  return toldIn(output);
}

/** The steps in what a child printed; a last line that broke off is none. */
const toldIn = (output: string): readonly Told[] =>
  output
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [step = "", requestHash = "", lane = "0"] = line.split(" ");
      return { step, requestHash: requestHash as Hex, lane: BigInt(lane) };
    });
const exitOf = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
};

function reopen(): { db: Database; log: ExecutorLog } & Disposable {
  const db = openDatabase(path, { cipher: TEST_CIPHER });
  return { db, log: openExecutorLog(db), [Symbol.dispose]: () => db[Symbol.dispose]() };
}

/** Nothing that was told is lost, and every lane stands where its last signed answer put it. */
function expectNothingLost(log: ExecutorLog, told: readonly Told[]): void {
  for (const { step, requestHash } of told) {
    const found = log.find(requestHash);
    expect(found, `${step} ${requestHash}`).toBeDefined();
    if (step === "answered") expect(["answered", "signed"]).toContain(found?.status);
    if (step === "signed" || step === "settling") expect(found?.status).toBe("signed");
    if (step === "answered") {
      expect(Buffer.from(log.delivery(requestHash)?.delivered ?? "").toString()).toBe(`answer to ${requestHash}`);
    }
  }
  for (const lane of LANES) expectLaneInStep(log, lane);
}

function expectLaneInStep(log: ExecutorLog, lane: bigint): void {
  const receipts = log
    .receipts({ limit: 1000, client })
    .filter(({ receipt }) => receipt.request.lane === lane)
    .map(({ receipt, responseHash }) => ({ ...receipt, responseHash }));
  const [last] = receipts;
  expect(log.laneState(client, lane)).toEqual(
    last === undefined
      ? EMPTY_LANE
      : {
          nonce: last.request.nonce,
          cost: last.response.cumulativeCost,
          inbound: last.response.cumulativeInbound,
          outbound: last.response.cumulativeOutbound,
          responseHash: last.responseHash,
        },
  );
}

test("forgets a running request, whose lane is free again", async () => {
  const told = await crash({ stopAfter: "accepted" });
  using store = reopen();
  const [{ requestHash } = { requestHash: "0x" as Hex }] = told;
  expect(told.map(({ step }) => step)).toEqual(["accepted"]);
  expect(store.log.find(requestHash)).toMatchObject({ status: "failed", failure: "INTERNAL" });
  expect(store.log.busyLane(client, 0n)).toBe(false);
  expect(store.log.outstanding(client)).toBe(0n);
});

test("returns an answer that was saved but not signed exactly as it was, to be signed and nothing else", async () => {
  const told = await crash({ stopAfter: "answered" });
  const { requestHash } = told[0] ?? { requestHash: "0x" as Hex };
  const asked = exchange.ask(EMPTY_LANE, { lane: 0n, promptHash: `0x${"0".repeat(64)}` });
  expect(asked.requestHash).toBe(requestHash);
  const { response, responseHash } = exchange.answer(EMPTY_LANE, asked, { outbound: 1n });
  for (let restart = 0; restart < 2; restart++) {
    using store = reopen();
    expect(store.log.answeredUnsigned()).toEqual([{ requestHash, request: asked.request, response, responseHash }]);
    expect(exchange.hasher.hashResponse(store.log.answeredUnsigned()[0]?.response ?? response)).toBe(responseHash);
    expect(store.log.busyLane(client, 0n)).toBe(true);
    expect(store.log.outstanding(client)).toBe(response.cumulativeCost);
    expect(() => store.log.accept({ ...asked, acceptedAtMs: 1 })).toThrow(
      expect.objectContaining({ code: "LANE_OUT_OF_STEP" }),
    );
  }
  using store = reopen();
  store.log.saveSignature(requestHash, exchange.executor.sign(responseHash));
  expect(store.log.answeredUnsigned()).toEqual([]);
  expectNothingLost(store.log, told);
});

test("keeps a signed answer owed, and knows that its settlement was under way", async () => {
  const signed = await crash({ stopAfter: "signed" });
  {
    using store = reopen();
    expectNothingLost(store.log, signed);
    expect(store.log.unsettled()).toMatchObject([{ requestHash: signed[0]?.requestHash, settling: false }]);
  }
  const settling = await crash({ stopAfter: "settling" });
  using store = reopen();
  expectNothingLost(store.log, settling);
  const requestHash = settling.at(-1)?.requestHash;
  expect(store.log.unsettled()).toContainEqual(expect.objectContaining({ requestHash, settling: true }));
});

// Windows has no limit for files. Blocks are of 512 bytes in some shells, of 1 024 in others.
test.skipIf(process.platform === "win32")(
  "loses nothing that was told when its files may grow no further",
  async () => {
    const script = fileURLToPath(new URL("../../../test/support/store-crash.ts", import.meta.url));
    const limited = ["-c", 'ulimit -f 1600; exec "$0" "$@"', process.execPath, script, path];
    const child = spawn("/bin/sh", limited, { stdio: ["ignore", "pipe", "pipe"] });
    const [output, problem] = await Promise.all([text(child.stdout), text(child.stderr), exitOf(child)]);
    expect(problem).toMatch(/LloomError: The store .* (cannot be read or written|cannot grow)/);
    const told = toldIn(output);
    expect(told.length).toBeGreaterThan(10);
    using store = reopen();
    expectNothingLost(store.log, told);
  },
);

test("loses nothing that was told over many kills at any moment", { timeout: 120_000 }, async () => {
  const all: Told[] = [];
  for (let kill = 0; kill < 6; kill++) {
    all.push(...(await crash({ until: 5 + 37 * kill })));
    using store = reopen();
    expect(store.db.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
    expectNothingLost(store.log, all);
    for (const { requestHash, responseHash } of store.log.answeredUnsigned()) {
      store.log.saveSignature(requestHash, exchange.executor.sign(responseHash));
    }
    for (const lane of LANES) expect(store.log.busyLane(client, lane)).toBe(false);
  }
  expect(all.length).toBeGreaterThan(500);
});
