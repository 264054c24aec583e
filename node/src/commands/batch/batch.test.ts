import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { QUICK } from "../../../../test/support/staged-batches.ts";
import { answering } from "../../../../test/support/staged-client.ts";
import { type StagedGateway, stageGateway } from "../../../../test/support/staged-gateway.ts";
import { readConfig } from "../../config.ts";
import { createLog } from "../../log.ts";
import type { CommandContext } from "../command.ts";
import { batch } from "./batch.ts";
import { callsIn, questionsIn } from "./batch-input.ts";

const DEADLINE = { timeout: 20_000, interval: 5 };
const folder = mkdtempSync(join(tmpdir(), "lloom-batch-"));
const at = (name: string): string => join(folder, name);
const QUESTIONS = at("questions.txt");

let staged: StagedGateway;
let url: string;
beforeAll(async () => {
  staged = stageGateway();
  ({ url } = await staged.start({ batches: staged.memory.batches({ settings: QUICK }), closeGraceMs: 0 }));
});
afterAll(async () => {
  await staged[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
let before: number;
beforeEach(() => {
  staged.client.script = () => answering("Hello!");
  before = staged.client.asked.length;
});
afterEach(() => {
  process.exitCode = undefined;
});
/** Lines that were asked in this test. */
const asked = (): number => staged.client.asked.length - before;
/** Other ones for each test, since the same make the same batch. */
const write = (question: string): void => writeFileSync(QUESTIONS, `${question}?\n\nAnd what else?\r\n`);

type Flags = CommandContext["flags"];
interface Given {
  readonly flags?: Flags;
  readonly json?: boolean;
  readonly signal?: AbortSignal;
  readonly settings?: Record<string, string>;
  readonly lines?: string[];
}

/** What the command prints. */
async function lloomBatch(
  args: readonly string[],
  { flags = {}, json = true, signal, settings = {}, lines = [] }: Given = {},
) {
  const context = {
    ...{ args, json, log: createLog({ level: "silent", name: "test" }), print: (line: string) => lines.push(line) },
    settings: readConfig({ flags: settings, environment: {}, defaults: { dataDir: folder } }),
    flags: { gateway: url, yes: true, ...flags },
    signal: signal ?? AbortSignal.timeout(30_000),
  };
  await batch.run(context as unknown as CommandContext);
  return lines;
}
const events = (lines: readonly string[]): Record<string, unknown>[] => lines.map((line) => JSON.parse(line));
const makeIt = (given: Given = {}): Promise<string[]> =>
  lloomBatch(["make", QUESTIONS], { ...given, flags: { model: "lloom-tiny", ...given.flags } });

describe("lloom batch", () => {
  it("makes a batch of questions, follows it, and takes its results into a file", async () => {
    write("What is a receipt");
    const told = events(await makeIt({ settings: { maxOutboundPrice: "0.3" } }));
    expect(told[0]).toEqual({
      ...{ event: "planned", gateway: url, lines: 2, endpoint: "/v1/chat/completions", window: "24h" },
      maxPrice: { completion: "0.3" },
    });
    const [{ id }] = told.filter(({ event }) => event === "made") as [{ id: string }];
    expect(told.at(-1)).toMatchObject({
      ...{ event: "batch", id, status: "completed", request_counts: { total: 2, completed: 2, failed: 0 } },
      lloom: { cost: expect.stringMatching(/^\d+$/), max_price: { completion: "0.3" } },
    });
    expect(process.exitCode).toBeUndefined();
    expect(events(await lloomBatch(["list"], { flags: { limit: "1" } }))).toMatchObject([
      { event: "batches", batches: [{ id, status: "completed" }] },
    ]);
    const [sentence] = await lloomBatch(["show", id], { json: false });
    expect(sentence).toMatch(
      new RegExp(
        `^Batch  ${id}, /v1/chat/completions\\nState  completed: 2 of 2 lines answered; [\\d.]+ \\w+ paid\\nPrice  at most 0.3 of answer, .*\\nNext   lloom batch results ${id}$`,
      ),
    );
    await lloomBatch(["results", id], { flags: { to: at("answers.jsonl") } });
    const answers = readFileSync(at("answers.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map(({ custom_id }) => custom_id)).toEqual(["line-1", "line-3"]);
    await expect(lloomBatch(["results", id], { flags: { to: at("answers.jsonl") } })).rejects.toMatchObject({
      message: expect.stringContaining("There is a file already"),
    });
    expect(existsSync(at("answers.jsonl.part"))).toBe(false);
  });

  it("goes on with the batch of the same lines after Ctrl-C, and asks no line twice", async () => {
    write("What is a lane");
    const lines: string[] = [];
    const stop = new AbortController();
    const released = Promise.withResolvers<void>();
    staged.client.script = async function* () {
      await released.promise;
      yield* answering("Hello!");
    };
    const first = makeIt({ signal: stop.signal, lines });
    const failure = first.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    await vi.waitUntil(() => asked() === 2 && lines.some((line) => line.includes('"in_progress"')), DEADLINE);
    stop.abort();
    expect(await failure).toMatchObject({
      code: "CANCELLED",
      next: expect.stringMatching(/^See how it is: lloom batch follow batch_\w+\. End it: lloom batch cancel batch_/),
    });
    const [{ batches }] = events(await lloomBatch(["list"])) as [{ batches: { id: string }[] }];
    const id = batches[0]?.id ?? "";
    await expect(lloomBatch(["results", id])).rejects.toMatchObject({ next: `lloom batch follow ${id}` });
    const again = makeIt();
    released.resolve();
    const told = events(await again);
    expect(told[0]).toMatchObject({ event: "found", id });
    expect(told.at(-1)).toMatchObject({ event: "batch", id, status: "completed" });
    expect(events(await makeIt())).toMatchObject([
      { event: "found", id },
      { event: "batch", id },
    ]);
    expect(asked()).toBe(2);
    expect(events(await makeIt({ flags: { again: true } })).at(-1)).toMatchObject({ status: "completed" });
    expect(asked()).toBe(4);
  });

  it("makes one without following it, cancels it, and makes another of the same lines then", async () => {
    write("What is a stake");
    const released = Promise.withResolvers<void>();
    staged.client.script = async function* () {
      await released.promise;
      yield* answering("Hello!");
    };
    const made = events(await makeIt({ flags: { detach: true } })).at(-1) as { id: string };
    expect(made).toEqual({ event: "made", id: expect.stringMatching(/^batch_/) });
    expect(events(await lloomBatch(["cancel", made.id]))).toMatchObject([
      { event: "batch", id: made.id, status: expect.stringMatching(/^cancel/) },
    ]);
    // Lines that are under way end.
    released.resolve();
    await lloomBatch(["follow", made.id]);
    expect(process.exitCode).toBe(1);
    const again = events(await makeIt()).at(-1);
    expect(again).toMatchObject({ status: "completed", id: expect.not.stringMatching(made.id) });
  });

  it("ends with code 1 where lines failed, and says which file has them", async () => {
    writeFileSync(
      QUESTIONS,
      `${JSON.stringify({ custom_id: "a", method: "POST", url: "/v1/chat/completions", body: { model: "lloom-tiny", messages: [] } })}\n`,
    );
    const told = events(await lloomBatch(["make", QUESTIONS]));
    expect(told.at(-1)).toMatchObject({ request_counts: { total: 1, completed: 0, failed: 1 } });
    expect(process.exitCode).toBe(1);
  });

  it.each<[string, readonly string[], Flags, RegExp]>([
    ["another action", ["eat"], {}, /cannot "eat"/],
    ["no batch", ["show"], {}, /Which batch/],
    ["no file", ["make"], {}, /Which file/],
    ["a file that is none", ["make", "/nowhere.txt"], {}, /nowhere\.txt cannot be read/],
    ["questions without a model", ["make", QUESTIONS], {}, /Line 1 is no call of a batch/],
    ["a window that is none", ["make", QUESTIONS], { model: "m", window: "soon" }, /completion_window/],
    ["an unknown batch", ["show", "batch_1"], {}, /404/],
    ["one word too many", ["list", "batch_1"], {}, /one word too many/],
    ["no consent", ["make", QUESTIONS], { model: "m", yes: undefined }, /No batch was made/],
  ])("answers %s with a sentence and a next step", async (_, args, flags, sentence) => {
    write("What is none");
    await expect(lloomBatch(args, { flags })).rejects.toMatchObject({
      message: expect.stringMatching(sentence),
      next: expect.stringMatching(/./),
    });
    expect(asked()).toBe(0);
  });

  it("says what to do where no gateway answers", async () => {
    await expect(lloomBatch(["list"], { flags: { gateway: "http://127.0.0.1:1" } })).rejects.toMatchObject({
      code: "EXECUTOR_UNREACHABLE",
    });
  });
});

describe("what a batch is made of", () => {
  it("is calls of one API, told by the line that is not", () => {
    const call = (endpoint: string): string => JSON.stringify({ custom_id: "a", url: endpoint });
    expect(callsIn(`${call("/v1/embeddings")}\n\n`)).toMatchObject({ lines: 1, endpoint: "/v1/embeddings" });
    expect(() => callsIn(`${call("/a")}\n\n${call("/b")}`)).toThrow("Line 3 is for /b, and the first for /a.");
    expect(() => callsIn("\n \n")).toThrow("no lines");
  });

  it("is the same for the same questions, however their lines end", () => {
    const one = questionsIn("a\nb\n", "m", 5);
    expect(questionsIn("a\r\nb", "m", 5).hash).toBe(one.hash);
    expect(questionsIn("a\nb\n", "m", 6).hash).not.toBe(one.hash);
    expect(JSON.parse(one.text.split("\n")[1] ?? "")).toEqual({
      ...{ custom_id: "line-2", method: "POST", url: "/v1/chat/completions" },
      body: { model: "m", messages: [{ role: "user", content: "b" }], max_tokens: 5 },
    });
  });
});
