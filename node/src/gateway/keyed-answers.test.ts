import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answering, END, failing, type StagedClient } from "../../../test/support/staged-client.ts";
import { ASK, post, type StagedGateway, stageGateway } from "../../../test/support/staged-gateway.ts";
import type { AskEvent } from "../client/question.ts";
import { LloomError } from "../errors.ts";
import { KeyedAnswers } from "./keyed-answers.ts";

/** For waits on a busy machine. */
const DEADLINE = { timeout: 10_000 };
const KEY = { "idempotency-key": "order-1" };

let staged: StagedGateway;
let client: StagedClient;
beforeEach(() => {
  staged = stageGateway();
  client = staged.client;
});
afterEach(() => staged[Symbol.asyncDispose]());

describe("a call with an Idempotency-Key", () => {
  it.each([{}, { stream: true }])("is asked once, and its repeat gets the same answer: %j", async (how) => {
    const gateway = await staged.start();
    const first = await (await post(gateway, { ...ASK, ...how }, { headers: KEY })).text();
    client.script = () => answering("Something else.");
    expect(await (await post(gateway, { ...ASK, ...how }, { headers: KEY })).text()).toBe(first);
    expect(client.asked).toHaveLength(1);
    expect(await (await post(gateway, { ...ASK, ...how })).text()).not.toBe(first);
    expect(client.asked).toHaveLength(2);
  });

  it("runs to its end when its caller hangs up, and the repeat joins it", async () => {
    const rest = Promise.withResolvers<void>();
    client.script = async function* () {
      yield { type: "text", text: "Hel" };
      await rest.promise;
      yield { type: "text", text: "lo!" };
      yield END;
    };
    const gateway = await staged.start();
    const gone = new AbortController();
    const first = post(gateway, ASK, { headers: KEY, signal: gone.signal });
    first.catch(() => undefined);
    await vi.waitUntil(() => client.asked.length === 1, DEADLINE);
    gone.abort();
    const second = post(gateway, ASK, { headers: KEY });
    rest.resolve();
    expect(await (await second).json()).toMatchObject({ choices: [{ message: { content: "Hello!" } }] });
    expect(client.asked.map(({ signal }) => signal.aborted)).toEqual([false]);
  });

  it("is tried again when it failed", async () => {
    client.script = () => failing(new LloomError("NO_EXECUTOR", "Nobody is there."));
    const gateway = await staged.start();
    expect((await post(gateway, ASK, { headers: KEY })).status).toBe(503);
    client.script = () => answering("Hello!");
    expect((await post(gateway, ASK, { headers: KEY })).status).toBe(200);
  });

  it("is another call for another caller, and refused for another body", async () => {
    const gateway = await staged.start({ apiKeys: ["a", "b"] });
    const as = (apiKey: string): { headers: Record<string, string> } => ({
      headers: { ...KEY, authorization: `Bearer ${apiKey}` },
    });
    await post(gateway, ASK, as("a"));
    await post(gateway, ASK, as("b"));
    expect(client.asked).toHaveLength(2);
    const reused = await post(gateway, { ...ASK, temperature: 0 }, as("a"));
    expect([reused.status, await reused.json()]).toMatchObject([
      422,
      { error: { lloom_code: "IDEMPOTENCY_KEY_REUSED" } },
    ]);
    const wrong = await post(gateway, ASK, { headers: { ...as("a").headers, "idempotency-key": "two words" } });
    expect(wrong.status).toBe(400);
    expect(client.asked).toHaveLength(2);
  });
});

describe("answers that are kept", () => {
  const call = (key: string) => ({ key, caller: "", body: {} });
  const identity = { id: "x", created: 1 };
  const drain = async (events: AsyncIterable<AskEvent>): Promise<void> => {
    for await (const _ of events);
  };

  it("end after a day, and the oldest where they are too large; never while they run", async () => {
    let nowMs = 0;
    let started = 0;
    const keyed = new KeyedAnswers(() => nowMs);
    const ask = (key: string, events = answering("Hello!")) =>
      keyed.answer(call(key), () => {
        started += 1;
        return { ...identity, events };
      });
    await drain(ask("old").events());
    const open = Promise.withResolvers<void>();
    const running = ask(
      "running",
      (async function* (): AsyncGenerator<AskEvent> {
        await open.promise;
        yield END;
      })(),
    );
    nowMs = 25 * 60 * 60_000;
    ask("old");
    ask("running");
    expect(started).toBe(3);
    await drain(ask("large", answering("x".repeat(40 * 1024 * 1024))).events());
    await drain(ask("larger", answering("x".repeat(40 * 1024 * 1024))).events());
    ask("running");
    expect(started).toBe(5);
    ask("large");
    expect(started).toBe(6);
    open.resolve();
    await drain(running.events());
  });
});
