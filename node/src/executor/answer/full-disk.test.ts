/** Answers while the real log may grow no further: SQLite says that the disk is full, at whatever step that comes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { says, scriptedBackend } from "../../../../test/integration/roles/scripted-backend.ts";
import { createExchange, TEST_CIPHER, testPrompt } from "../../../../test/support/exchange.ts";
import { asLloomError, type LloomError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import type { ExecutorFrameBody } from "../../p2p/infer/answer-queue.ts";
import { type Database, openDatabase } from "../../store/database/database.ts";
import { watchStore } from "../../store/database/watch-store.ts";
import { type ExecutorLog, openExecutorLog } from "../../store/executor/executor-log.ts";
import { OwnRun } from "../admit/own-run.ts";
import { WorkQueue } from "../admit/work-queue.ts";
import { type AnswerParts, answerRequest, signSavedAnswers } from "./answer.ts";
import { FramePipe } from "./frame-pipe.ts";

const exchange = createExchange();
const never = new AbortController().signal;
/** Pages of 4 KB that the file may grow by: it is full at the first answer, at a later one, and when a request is noted. */
const ROOMS = [0, 2, 3, 4, 13];
const MOST_REQUESTS = 60;
/** Longer than a page, so that saving it needs another one. */
const TEXT = "lloom ".repeat(1_500);
const completion = {
  model: "m",
  messages: [{ role: "user" as const, content: "Hi" }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const },
  maxOutboundTokens: 10_000,
};
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-full-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** What a run left behind for others to see. */
interface Run {
  /** Signed, with what another reader of the file saw at that moment. */
  readonly signed: { readonly digest: Hex; readonly onDisk: unknown }[];
  /** Requests whose answer was told. */
  readonly told: Hex[];
  readonly failed: LloomError[];
  /** The step at which it ended. */
  readonly step: string;
}

const partsOf = (
  store: ExecutorLog,
  sign: (digest: Hex) => ReturnType<typeof exchange.executor.sign>,
): AnswerParts => ({
  identity: { ...exchange.executor, sign },
  ...{ hasher: exchange.hasher, store, answerTimeoutMs: 60_000, clock: () => 0 },
  run: new OwnRun({ clock: () => 0, steady: () => 0, onJump: () => undefined }),
  backend: scriptedBackend(says(TEXT)),
  queue: new WorkQueue({ concurrency: 1, queueLimit: 1, perClientLimit: 1 }),
  log: createLog({ level: "silent", name: "test" }),
  ...{ onAnswered: () => undefined, owed: () => 0n, shown: String, onFailed: () => undefined },
});

/** Serves one request after the other, each in a lane of its own, until the log fails. */
async function serveUntilFull(db: Database, path: string): Promise<Run> {
  const run = { signed: [] as Run["signed"], told: [] as Hex[], failed: [] as LloomError[] };
  const store = watchStore(openExecutorLog(db), (problem) => run.failed.push(problem));
  const sign = (digest: Hex) => {
    using other = openDatabase(path, { readOnly: true });
    const onDisk = other.get("SELECT status FROM served_requests WHERE response_hash = :digest", { digest });
    run.signed.push({ digest, onDisk: onDisk?.["status"] });
    return exchange.executor.sign(digest);
  };
  const parts = partsOf(store, sign);
  for (let lane = 1n; lane <= MOST_REQUESTS; lane++) {
    const asked = exchange.ask(EMPTY_LANE, { lane, costCap: 1n << 60n, maxOutboundTokens: 10_000n });
    const { request, requestHash } = asked;
    try {
      store.accept({ ...asked, acceptedAtMs: 1 });
    } catch {
      return { ...run, step: "accept" };
    }
    const pipe = new FramePipe<ExecutorFrameBody>();
    const heard = (async () => {
      for await (const { type } of pipe) if (type === "response") run.told.push(requestHash);
    })().catch((thrown: unknown) => asLloomError(thrown));
    const admitted = { request, requestHash, lane: EMPTY_LANE, completion, prompt: testPrompt(), epoch: 0 };
    await answerRequest(parts, admitted, { pipe, signal: never });
    const problem = await heard;
    if (problem !== undefined) return { ...run, step: "answer" };
  }
  return { ...run, step: "never" };
}

describe("an executor whose disk is full", () => {
  it("signs nothing that is not saved, loses nothing that it told, and goes on in the next run when there is room", async () => {
    const steps = new Set<string>();
    for (const room of ROOMS) {
      const path = join(directory, `${room}.sqlite`);
      let run: Run;
      {
        using db = openDatabase(path, { cipher: TEST_CIPHER });
        const { page_count } = db.get("PRAGMA page_count") ?? {};
        db.get(`PRAGMA max_page_count = ${Number(page_count) + room}`);
        run = await serveUntilFull(db, path);
      }
      steps.add(run.step);
      const where = `with room for ${room} pages, at ${run.step}`;
      expect(run.failed[0], where).toMatchObject({
        code: "STORE_FAILED",
        message: expect.stringMatching(/disk is full/),
      });
      expect(run.failed[0]?.next, where).toMatch(/Free some space/);
      expect(
        run.signed.map(({ onDisk }) => onDisk),
        where,
      ).toEqual(run.signed.map(() => "answered"));

      using db = openDatabase(path, { cipher: TEST_CIPHER });
      const store = openExecutorLog(db);
      // A signature that was told may be gone with its turn; the answer is not, and is signed the same.
      for (const requestHash of run.told)
        expect(["answered", "signed"], where).toContain(store.find(requestHash)?.status);
      const again: Hex[] = [];
      const parts = partsOf(store, (digest) => {
        again.push(digest);
        return exchange.executor.sign(digest);
      });
      signSavedAnswers(parts);
      for (const requestHash of run.told) expect(store.find(requestHash), where).toMatchObject({ status: "signed" });
      const known = store.receipts({ limit: 1_000 }).map(({ responseHash }) => responseHash);
      for (const { digest } of run.signed) expect(known, where).toContain(digest);
      expect(new Set(again).size).toBe(again.length);
      const next = exchange.ask(EMPTY_LANE, { lane: 99n });
      store.accept({ ...next, acceptedAtMs: 2 });
      await store.onDisk();
    }
    expect(steps).toEqual(new Set(["accept", "answer"]));
  });
});
