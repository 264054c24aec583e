import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { says, scriptedBackend } from "../../../../test/integration/roles/scripted-backend.ts";
import { damagePages } from "../../../../test/support/damaged-pages.ts";
import { createExchange, TEST_CIPHER, testPrompt } from "../../../../test/support/exchange.ts";
import { LloomError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import type { ExecutorFrameBody } from "../../p2p/infer/answer-queue.ts";
import { PROBES, type ServedFact } from "../../primitives/probes.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import { watchStore } from "../../store/database/watch-store.ts";
import { type ExecutorLog, openExecutorLog } from "../../store/executor/executor-log.ts";
import { OwnRun } from "../admit/own-run.ts";
import { WorkQueue } from "../admit/work-queue.ts";
import { type AnswerParts, answerRequest } from "./answer.ts";
import { FramePipe } from "./frame-pipe.ts";

const exchange = createExchange();
const never = new AbortController().signal;
const completion = {
  model: "m",
  messages: [{ role: "user" as const, content: "Hi" }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const },
  maxOutboundTokens: 8,
};
let directory: string;
let path: string;
let db: Database;
let store: ExecutorLog;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-answer-"));
  path = join(directory, "executor.sqlite");
  db = openDatabase(path, { cipher: TEST_CIPHER });
  store = openExecutorLog(db);
});
afterEach(() => {
  db[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

/** Answers one request; `sign` sees what is on disk, and what was told, at the moment of signing. */
async function answer(change: Partial<AnswerParts> = {}) {
  const asked = exchange.ask(EMPTY_LANE, { lane: 1n });
  const { request, requestHash } = asked;
  store.accept({ ...asked, acceptedAtMs: 1 });
  const pipe = new FramePipe<ExecutorFrameBody>();
  const signedWhile: unknown[] = [];
  const sign = (digest: Hex) => {
    // Another connection sees only what was committed.
    using other = openDatabase(path, { readOnly: true });
    signedWhile.push(other.get("SELECT status, response_hash FROM served_requests"));
    return exchange.executor.sign(digest);
  };
  const run = new OwnRun({ clock: () => 0, steady: () => 0, onJump: () => undefined });
  const parts: AnswerParts = {
    identity: { ...exchange.executor, sign },
    ...{ hasher: exchange.hasher, store, run, answerTimeoutMs: 60_000, clock: () => 0 },
    backend: scriptedBackend(says("Hello")),
    queue: new WorkQueue({ concurrency: 1, queueLimit: 1, perClientLimit: 1 }),
    log: createLog({ level: "silent", name: "test" }),
    onAnswered: () => undefined,
    owed: () => 0n,
    shown: (amount) => `${amount} tUSD`,
    onFailed: () => undefined,
    ...change,
  };
  const admitted = { request, requestHash, lane: EMPTY_LANE, completion, prompt: testPrompt(), epoch: 0 };
  const frames = (async () => {
    const types: string[] = [];
    try {
      for await (const { type } of pipe) types.push(type);
    } catch (thrown) {
      types.push((thrown as LloomError).code);
    }
    return types;
  })();
  await answerRequest(parts, admitted, { pipe, signal: never });
  return { types: await frames, signedWhile, requestHash };
}

describe("an answer", () => {
  it("is on disk before it is signed, and signed before it is told", async () => {
    const { types, signedWhile, requestHash } = await answer();
    const found = store.find(requestHash);
    expect(found?.status).toBe("signed");
    if (found?.status !== "signed") return;
    expect(signedWhile).toEqual([{ status: "answered", response_hash: found.responseHash }]);
    expect(types).toEqual(["token", "response"]);
    const delivered = new TextEncoder().encode("Hello");
    expect(store.delivery(requestHash)).toMatchObject({ delivered, prompt: testPrompt() });
  });

  it("waits for the disk between saving and signing, so that no power failure takes what is signed", async () => {
    const disk = Promise.withResolvers<void>();
    const steps: string[] = [];
    const tap: Partial<ExecutorLog> = {
      saveAnswer: (saved) => {
        store.saveAnswer(saved);
        steps.push("saved");
      },
      onDisk: () => disk.promise,
      saveSignature: (...signed) => {
        store.saveSignature(...signed);
        steps.push("signed");
      },
    };
    const answering = answer({ store: { ...store, ...tap } });
    await expect.poll(() => steps).toEqual(["saved"]);
    steps.push("on disk");
    disk.resolve();
    await answering;
    expect(steps).toEqual(["saved", "on disk", "signed"]);
  });

  it("that the disk did not take is not signed", async () => {
    const onDisk = (): Promise<never> => Promise.reject(new LloomError("STORE_FAILED", "The disk is full."));
    const { types, signedWhile, requestHash } = await answer({ store: { ...store, onDisk } });
    expect([types.at(-1), signedWhile, store.find(requestHash)?.status]).toEqual(["STORE_FAILED", [], "answered"]);
  });

  it("is neither saved nor signed once its run has ended, and costs nothing", async () => {
    const run = new OwnRun({ clock: () => 0, steady: () => 0, onJump: () => undefined });
    run.end(new LloomError("KEY_IN_USE", "Another one."));
    const { types, signedWhile, requestHash } = await answer({ run });
    expect(types.at(-1)).toBe("KEY_IN_USE");
    expect(signedWhile).toEqual([]);
    expect(store.find(requestHash)).toMatchObject({ status: "failed" });
    expect(store.outstanding(exchange.client.address)).toBe(0n);
  });

  it("is told in the log, once and with what it costs and what is owed, and nothing of its text", async () => {
    const lines: string[] = [];
    const log = createLog({ level: "info", name: "test", write: (line) => lines.push(line) });
    let owed = 1_000n;
    const onAnswered = (cost: bigint): void => {
      owed += cost;
    };
    const { requestHash } = await answer({ log, onAnswered, owed: () => owed });
    expect(lines).toHaveLength(1);
    const found = store.find(requestHash);
    const cost = found?.status === "signed" ? found.receipt.response.cumulativeCost : 0n;
    expect(cost).toBeGreaterThan(0n);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      msg: "answered",
      requestHash,
      client: exchange.client.address,
      model: expect.any(String),
      inboundTokens: 1,
      outboundTokens: 1,
      cost: `${cost} tUSD`,
      owed: `${1_000n + cost} tUSD`,
    });
    expect(lines[0]).not.toContain("Hello");
  });

  it("is told to whoever measures, with its times, tokens and cost, once, and so is a failure", async () => {
    const facts: ServedFact[] = [];
    using _listener = PROBES.served.listen((fact) => void facts.push(fact));
    await answer({ backend: scriptedBackend(says()) });
    const { requestHash } = await answer();
    const base = { model: expect.any(String), backend: scriptedBackend().name };
    expect(facts).toMatchObject([
      { ...base, code: "BACKEND_FAILED", finishReason: undefined, cost: 0n },
      { ...base, requestHash, code: undefined, finishReason: "stop", inboundTokens: 1, outboundTokens: 1 },
    ]);
    const [{ startedAtMs = 0, beganAtMs = -1, firstTextAtMs = -1, endedAtMs = -1, cost = 0n } = {}] = facts.slice(1);
    expect(cost).toBeGreaterThan(0n);
    expect([startedAtMs, beganAtMs, firstTextAtMs, endedAtMs].toSorted((a, b) => a - b)).toEqual([
      ...[startedAtMs, beganAtMs, firstTextAtMs, endedAtMs],
    ]);
  });

  it("that failed is told in the log with why", async () => {
    const lines: string[] = [];
    const log = createLog({ level: "info", name: "test", write: (line) => lines.push(line) });
    await answer({ log, backend: scriptedBackend(says()) });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ msg: "request failed", code: "BACKEND_FAILED" }]);
  });

  it("is not signed on a log whose pages break while it is made, and the log says so", async () => {
    const failed: LloomError[] = [];
    const backend = scriptedBackend(async function* (asked) {
      damagePages(db);
      yield* says("Hello")(asked, never);
    });
    const { types, signedWhile } = await answer({ backend, store: watchStore(store, (one) => failed.push(one)) });
    expect([types.at(-1), signedWhile]).toEqual(["STORE_FAILED", []]);
    expect(failed[0]).toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("executor.sqlite is damaged"),
      next: expect.stringMatching(/without deleting it.*docs\/executor\.md/),
    });
  });

  it("is not signed once a page was found broken, also where it could be saved", async () => {
    const rest = "rest ".repeat(1_000);
    for (let row = 0; row < 9; row++)
      db.write(() => db.run("INSERT INTO facts VALUES (:name, :rest)", { name: `rest ${row}`, rest }));
    const backend = scriptedBackend(async function* (asked) {
      damagePages(db, "rest rest");
      expect(() => db.all("SELECT * FROM facts")).toThrow(/is damaged/);
      yield* says("Hello")(asked, never);
    });
    const { types, signedWhile, requestHash } = await answer({ backend });
    expect([types.at(-1), signedWhile, store.find(requestHash)?.status]).toEqual(["STORE_FAILED", [], "answered"]);
  });

  it("that could not be saved is not signed, and its request may not be answered otherwise", async () => {
    const saveAnswer = (): never => {
      throw new LloomError("STORE_FAILED", "The disk is full.");
    };
    const { types, signedWhile } = await answer({ store: { ...store, saveAnswer } });
    expect(types.at(-1)).toBe("STORE_FAILED");
    expect(signedWhile).toEqual([]);
  });
});
