import type OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  BATCH_DEADLINE,
  batchOf,
  contentOf,
  ended,
  ids,
  line,
  linesOf,
  QUICK,
} from "../../../../test/support/staged-batches.ts";
import { END, type StagedClient } from "../../../../test/support/staged-client.ts";
import { openai, type StagedGateway, stageGateway, thrownBy } from "../../../../test/support/staged-gateway.ts";
import { LloomError } from "../../errors.ts";
import type { BatchSettings } from "./batch-parts.ts";

let staged: StagedGateway;
let client: StagedClient;
let nowMs: number;
beforeEach(() => {
  staged = stageGateway();
  client = staged.client;
  nowMs = Date.UTC(2026, 10, 30, 12);
});
afterEach(() => staged[Symbol.asyncDispose]());

const start = (settings: Partial<BatchSettings> = {}) =>
  staged.start({
    batches: staged.memory.batches({ settings: { ...QUICK, ...settings }, clock: () => nowMs }),
    closeGraceMs: 0,
  });

describe("a batch, by the official client", () => {
  it("asks every line once, in the API's form, and tells answers and failures of lines apart", async () => {
    client.script = async function* (question) {
      if (contentOf(question) === "line-3") throw new LloomError("CONTEXT_EXCEEDED", "Too long.");
      yield { type: "text", text: `Answer to ${contentOf(question)}` };
      yield END;
    };
    const caller = openai(await start());
    const lines = [...ids(20).map((id) => line(id)), line("wrong", { stream: true })];
    const made = await batchOf(caller, lines, { metadata: { for: "tests" } });
    expect(made).toMatchObject({
      object: "batch",
      status: "validating",
      metadata: { for: "tests" },
      output_file_id: null,
      request_counts: { total: 21, completed: 0, failed: 0 },
    });
    const batch = await ended(caller, made);
    expect(batch).toMatchObject({
      ...{ request_counts: { total: 21, completed: 19, failed: 2 }, expires_at: made.created_at + 86_400 },
      ...{ usage: { input_tokens: 19 * 9, output_tokens: 19 * 13 }, lloom: { cost: "133", token: "LLT" } },
    });
    const answers = await linesOf(caller, batch.output_file_id);
    expect(new Set(answers.map(({ custom_id }) => custom_id)).size).toBe(19);
    for (const { custom_id, response, error } of answers) {
      expect([response?.status_code, error]).toEqual([200, null]);
      expect(response?.body).toMatchObject({ object: "chat.completion", lloom: { cost: "7" } });
      expect(response?.body.choices[0]?.message.content).toBe(`Answer to ${custom_id}`);
    }
    const failures = await linesOf(caller, batch.error_file_id);
    expect(failures).toMatchObject([
      { custom_id: "line-3", response: { status_code: 400, body: { error: { code: "context_length_exceeded" } } } },
      { custom_id: "wrong", response: { status_code: 400, body: { error: { param: "stream" } } } },
    ]);
    expect(client.asked.map(({ question }) => contentOf(question)).sort()).toEqual(ids(20).sort());
    expect(staged.logged()).not.toContain("Answer to");
  });

  it("lists batches a page at a time, the newest first, and cancels one: what is under way ends, the rest is not asked", async () => {
    const rest = Promise.withResolvers<void>();
    client.script = async function* () {
      await rest.promise;
      yield { type: "text", text: "Late." };
      yield END;
    };
    const caller = openai(await start({ most: 2 }));
    const made = [
      await batchOf(caller, [line("a")]),
      await batchOf(
        caller,
        ids(9).map((id) => line(id)),
      ),
    ];
    const listed: string[] = [];
    for await (const { id } of caller.batches.list({ limit: 1 })) listed.push(id);
    expect(listed).toEqual(made.map(({ id }) => id).reverse());
    const second = made[1] as OpenAI.Batch;
    await vi.waitUntil(() => client.asked.length === 2, BATCH_DEADLINE);
    expect((await caller.batches.cancel(second.id)).status).toBe("cancelling");
    rest.resolve();
    const { request_counts: counts, output_file_id, error_file_id } = await ended(caller, second, "cancelled");
    expect(counts).toEqual({ total: 9, completed: 1, failed: 8 });
    expect(await linesOf(caller, output_file_id)).toHaveLength(1);
    expect(new Set((await linesOf(caller, error_file_id)).map(({ error }) => error?.code))).toEqual(
      new Set(["batch_cancelled"]),
    );
    expect(await thrownBy(caller.batches.cancel(second.id))).toMatchObject({ status: 409 });
    expect(client.asked).toHaveLength(2);
  });

  it("never begins where lines are wrong, and names them", async () => {
    const caller = openai(await start());
    const wrong = [line("a"), line("a"), "{", line("b", {}, "/v1/completions"), '{"custom_id":"c"}'];
    const { errors } = await ended(caller, await batchOf(caller, wrong), "failed");
    expect(errors?.data?.map(({ line: at, code, param }) => [at, code, param])).toEqual([
      [2, "duplicate_custom_id", "custom_id"],
      [3, "invalid_line", null],
      [4, "invalid_line", "url"],
      [5, "invalid_line", "method"],
    ]);
    expect(client.asked).toEqual([]);
  });

  it("names what it does not take", async () => {
    const caller = openai(await start());
    const made = (change: object): Promise<unknown> => thrownBy(batchOf(caller, [line("a")], change));
    expect(await made({ endpoint: "/v1/moderations" })).toMatchObject({ status: 400, param: "endpoint" });
    expect(await made({ input_file_id: "file-none" })).toMatchObject({ status: 400, param: "input_file_id" });
  });
});

describe("a batch that nobody answers", () => {
  const tooDear = new LloomError("NO_EXECUTOR", "No executor offers it within the price limit.");

  it("waits for a price within its limit, which holds beside those of its lines, and asks again when offers change", async () => {
    let isCheap = false;
    client.script = async function* () {
      if (!isCheap) throw tooDear;
      yield { type: "text", text: "Cheap." };
      yield END;
    };
    const caller = openai(await start());
    const lines = [line("a"), line("b", { provider: { max_price: { prompt: "0.05", completion: 9 } } })];
    const made = await batchOf(caller, lines, { provider: { max_price: { prompt: "0.1", completion: "0.4" } } });
    await vi.waitUntil(() => client.asked.length >= 2, BATCH_DEADLINE);
    const prices = client.asked.map(({ question: { maxPrice } }) => maxPrice);
    expect(prices).toContainEqual({ inbound: 100_000n, outbound: 400_000n });
    expect(prices).toContainEqual({ inbound: 50_000n, outbound: 400_000n });
    // At rest nothing is asked until something changes.
    await vi.waitFor(() => expect(staged.logged()).toContain("line not answered"), BATCH_DEADLINE);
    isCheap = true;
    await vi.waitFor(async () => {
      client.change();
      expect((await caller.batches.retrieve(made.id)).status).toBe("completed");
    }, BATCH_DEADLINE);
    expect((await caller.batches.retrieve(made.id)).request_counts).toEqual({ total: 2, completed: 2, failed: 0 });
  });

  it("expires with its window: what was answered is in the file, the rest is named", async () => {
    client.script = async function* (question) {
      if (contentOf(question) !== "line-0") throw tooDear;
      yield { type: "text", text: "Cheap." };
      yield END;
    };
    const caller = openai(await start());
    const made = await batchOf(
      caller,
      ids(3).map((id) => line(id)),
      { completion_window: "1h" },
    );
    await vi.waitFor(async () => {
      expect((await caller.batches.retrieve(made.id)).request_counts?.completed).toBe(1);
    }, BATCH_DEADLINE);
    nowMs += 3_600_000;
    client.change();
    const batch = await vi.waitFor(async () => {
      client.change();
      const now = await caller.batches.retrieve(made.id);
      expect(now.status).toBe("expired");
      return now;
    }, BATCH_DEADLINE);
    expect(batch).toMatchObject({ request_counts: { total: 3, completed: 1, failed: 2 }, expired_at: nowMs / 1000 });
    const left = await linesOf(caller, batch.error_file_id);
    expect(left).toMatchObject([
      { custom_id: "line-1", response: null, error: { code: "batch_expired" } },
      { custom_id: "line-2", response: null, error: { code: "batch_expired" } },
    ]);
  });

  it("asks other lines meanwhile, and as many at once as there are places for, in turn with other batches", async () => {
    let running = 0;
    let most = 0;
    const first: string[] = [];
    client.script = async function* (question) {
      first.push(contentOf(question).slice(0, 1));
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      yield { type: "text", text: "Yes." };
      yield END;
    };
    const caller = openai(await start({ most: 4 }));
    const made = [
      await batchOf(
        caller,
        ids(40).map((id) => line(`a${id}`)),
      ),
      await batchOf(
        caller,
        ids(40).map((id) => line(`b${id}`)),
      ),
    ];
    for (const one of made) await ended(caller, one);
    expect(most).toBe(4);
    expect(first.slice(0, 60)).toContain("b");
  });
});
