import type { Hex } from "@lloom/protocol/commitment-types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  answering,
  DEPLOYMENT,
  END,
  EXECUTOR,
  failing,
  type StagedClient,
} from "../../../test/support/staged-client.ts";
import { ASK, post, type StagedGateway, stageGateway } from "../../../test/support/staged-gateway.ts";
import { stageMemory } from "../../../test/support/staged-memory.ts";
import type { AskEvent } from "../client/question.ts";
import { LloomError } from "../errors.ts";
import { openDatabase } from "../store/database.ts";
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

describe("a process that ends in the middle of a call", () => {
  const call = { key: "k", caller: "", body: { model: "m" } };
  const REQUEST: Hex = `0x${"03".repeat(32)}`;
  const fate = { executor: EXECUTOR, cost: 1_500n } as const;
  const begun = (events: AsyncIterable<AskEvent>) => () => ({ id: "x", created: 1, events });
  const signs = async function* (): AsyncGenerator<AskEvent> {
    yield { type: "signed", requestHash: REQUEST };
    await new Promise(() => undefined);
  };
  async function readAll(events: AsyncIterable<AskEvent>): Promise<AskEvent[]> {
    const all: AskEvent[] = [];
    for await (const event of events) all.push(event);
    return all;
  }

  it("has noted a request before it is sent", async () => {
    using memory = stageMemory();
    let noted: unknown;
    const look = async function* (): AsyncGenerator<AskEvent> {
      yield { type: "signed", requestHash: REQUEST };
      noted = new KeyedAnswers({ ...memory, fateOf: () => ({ ...fate, status: "sent" }) }, DEPLOYMENT);
      expect(() => (noted as KeyedAnswers).answer(call, begun(answering("Twice.")))).toThrow();
      yield END;
    };
    await readAll(new KeyedAnswers(memory, DEPLOYMENT).answer(call, begun(look())).events());
    expect(noted).toBeDefined();
  });

  it.each([
    ["answered", "answered it for 0.0015 LLT, and its text was not kept"],
    ["sent", "which may cost 0.0015 LLT at most"],
    [undefined, "which may cost its cap at most"],
  ] as const)("pays nothing more for a request that was %s, and says what is known", async (status, words) => {
    using memory = stageMemory();
    void readAll(new KeyedAnswers(memory, DEPLOYMENT).answer(call, begun(signs())).events());
    await vi.waitUntil(() => isNoted(memory.path), DEADLINE);
    if (status !== undefined) memory.fates.set(REQUEST, { ...fate, status });
    const later = new KeyedAnswers(memory.restart(), DEPLOYMENT);
    for (let repeat = 0; repeat < 2; repeat++)
      expect(() => later.answer(call, begun(answering("Twice.")))).toThrow(
        expect.objectContaining({
          message: expect.stringContaining(words),
          terms: expect.objectContaining({ status: 409, headers: { "x-should-retry": "false" } }),
        }),
      );
    expect(() => later.answer({ ...call, body: {} }, begun(answering("Other.")))).toThrow(/another request/);
  });

  it.each([false, true])("asks again when everybody refused, or nothing was signed: %j", async (isSigned) => {
    using memory = stageMemory();
    const unsigned = async function* (): AsyncGenerator<AskEvent> {
      yield { type: "status", state: "queued", position: 1 };
      await new Promise(() => undefined);
    };
    const events = isSigned ? signs() : unsigned();
    void readAll(new KeyedAnswers(memory, DEPLOYMENT).answer(call, begun(events)).events());
    await vi.waitUntil(() => isNoted(memory.path, isSigned), DEADLINE);
    memory.fates.set(REQUEST, { ...fate, status: "failed" });
    const later = new KeyedAnswers(memory.restart(), DEPLOYMENT);
    expect(await readAll(later.answer(call, begun(answering("Once."))).events())).toContainEqual(END);
  });

  it("after the end gives the very same answer again", async () => {
    using memory = stageMemory();
    const told = await readAll(
      new KeyedAnswers(memory, DEPLOYMENT).answer(call, begun(answering("Hel", "lo!"))).events(),
    );
    const later = new KeyedAnswers(memory.restart(), DEPLOYMENT);
    const again = later.answer(call, begun(failing(new LloomError("INTERNAL", "Asked twice."))));
    expect([again.id, again.created]).toEqual(["x", 1]);
    expect(await readAll(again.events())).toEqual(told);
  });
});

/** Whether a call is in the file, and with a request if that is asked for. */
function isNoted(path: string, withRequest = true): boolean {
  using db = openDatabase(path, { readOnly: true });
  const row = db.get("SELECT requests FROM keyed_calls ORDER BY began_at_ms DESC, rowid DESC LIMIT 1");
  return row !== undefined && (!withRequest || row["requests"] !== "[]");
}
