/** Batches over ends of the process and failures of the disk, at the moments that cost most: answers that are paid and not written. */
import { truncateSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { END, EXECUTOR, hanging, type StagedClient } from "../../../../test/support/staged-client.ts";
import { ASK, openai, type StagedGateway, stageGateway } from "../../../../test/support/staged-gateway.ts";
import type { CommandContext } from "../../commands/command.ts";
import { type BatchStoreParts, openBatchStore } from "../../commands/run/batch-store.ts";
import { LloomError } from "../../errors.ts";
import type { BatchStore } from "./add-batches.ts";

const DEADLINE = { timeout: 20_000, interval: 5 };
const QUICK = { retry: { firstMs: 1, longestMs: 5 }, longestRestMs: 1 };
const LINES = Array.from({ length: 9 }, (_, index) => `line-${index}`);

let staged: StagedGateway;
let client: StagedClient;
beforeEach(() => {
  staged = stageGateway();
  client = staged.client;
});
afterEach(() => staged[Symbol.asyncDispose]());

const asked = (): string[] => client.asked.map(({ question }) => question.messages.at(-1)?.content ?? "");
const start = (store: BatchStore) => staged.start({ batches: store, closeGraceMs: 0 });

/** The same store, on a disk that takes no result while it is full. */
function onFullDisk(store: BatchStore, isFull: () => boolean): BatchStore {
  const addResults: BatchStore["batches"]["addResults"] = (...given) => {
    if (isFull()) throw new LloomError("STORE_FAILED", "The disk is full.");
    store.batches.addResults(...given);
  };
  return { ...store, batches: { ...store.batches, addResults } };
}

async function begin(url: string): Promise<string> {
  const caller = openai({ url });
  const lines = LINES.map((id) => {
    const body = { ...ASK, messages: [{ role: "user", content: id }] };
    return JSON.stringify({ custom_id: id, method: "POST", url: "/v1/chat/completions", body });
  });
  const { id: input_file_id } = await caller.files.create({
    file: new File([lines.join("\n")], "a"),
    purpose: "batch",
  });
  const terms = { input_file_id, endpoint: "/v1/chat/completions", completion_window: "24h" } as const;
  return (await caller.batches.create(terms)).id;
}

const ended = (url: string, id: string) =>
  vi.waitFor(async () => {
    const batch = await openai({ url }).batches.retrieve(id);
    expect(batch.status).toBe("completed");
    return batch;
  }, DEADLINE);

it("writes an answer that was paid while the disk was full once there is room, and asks nothing again", async () => {
  let isFull = true;
  const { url } = await start(onFullDisk(staged.memory.batches({ settings: QUICK }), () => isFull));
  const id = await begin(url);
  await vi.waitUntil(() => staged.logged().includes("a line's result was not written"), DEADLINE);
  isFull = false;
  expect((await ended(url, id)).request_counts).toEqual({ total: 9, completed: 9, failed: 0 });
  expect(asked().sort()).toEqual(LINES);
});

it("writes after a restart what was paid before it, asks what was not, and says of a line in doubt what is known", async () => {
  const first = await start(onFullDisk(staged.memory.batches({ settings: QUICK }), () => true));
  const doubtful: Hex = `0x${"0d".repeat(32)}`;
  client.script = async function* ({ messages }, signal) {
    const content = messages.at(-1)?.content ?? "";
    if (content === "line-7") yield { type: "signed", requestHash: doubtful };
    if (content >= "line-7") yield* hanging(signal);
    yield { type: "text", text: content };
    yield END;
  };
  const id = await begin(first.url);
  await vi.waitUntil(() => new Set(asked()).size === 9, DEADLINE);
  // What another process finds: two lines are under way, seven are paid and not written.
  staged.memory.fates.set(doubtful, { executor: EXECUTOR, status: "sent", cost: 1_500n, failure: undefined });
  staged.memory.restart();
  client.script = async function* ({ messages }) {
    yield { type: "text", text: `Again: ${messages.at(-1)?.content}` };
    yield END;
  };
  const { url } = await start(staged.memory.batches({ settings: QUICK }));
  const batch = await ended(url, id);
  expect(batch.request_counts).toEqual({ total: 9, completed: 8, failed: 1 });
  expect(asked().sort()).toEqual([...LINES, "line-8"].sort());
  const read = async (file: string | undefined | null) => (await openai({ url }).files.content(file ?? "")).text();
  const answers = (await read(batch.output_file_id))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(answers.map(({ response }) => response.body.choices[0].message.content).sort()).toEqual(
    [...LINES.slice(0, 7), "Again: line-8"].sort(),
  );
  expect(JSON.parse(await read(batch.error_file_id))).toMatchObject({
    custom_id: "line-7",
    response: { status_code: 409, body: { error: { lloom_code: "IDEMPOTENT_CALL_LOST" } } },
  });
});

it("opens no store that was cut short, and says what to do about it", () => {
  using stack = new DisposableStack();
  const dataDir = stack.adopt(staged.memory.path, () => undefined).replace(/client\.sqlite$/, "");
  const log = { error: vi.fn() };
  const identity = { address: EXECUTOR, secret: new Uint8Array(32) };
  const domain = { chainId: 1n, accounting: EXECUTOR };
  const open = (): BatchStore | LloomError => {
    using command = new DisposableStack();
    const context = { settings: { dataDir }, stack: command, log } as unknown as CommandContext;
    const db = staged.memory.database();
    return openBatchStore(context, {
      chain: { domain },
      identity,
      db,
      store: { fate: () => undefined },
    } as unknown as BatchStoreParts);
  };
  expect(open()).toHaveProperty("files");
  truncateSync(join(dataDir, "batches.sqlite"), 30_000);
  expect(open()).toMatchObject({ code: "STORE_FAILED", next: expect.stringMatching(/Move the file away/) });
  expect(log.error).toHaveBeenCalledOnce();
});
