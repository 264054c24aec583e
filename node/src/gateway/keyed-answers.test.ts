import type { Hex } from "@lloom/protocol/commitment-types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  answering,
  DEPLOYMENT,
  END,
  EXECUTOR,
  failing,
  hanging,
  type StagedClient,
} from "../../../test/support/staged-client.ts";
import { ASK, post, type StagedGateway, stageGateway } from "../../../test/support/staged-gateway.ts";
import { stageMemory } from "../../../test/support/staged-memory.ts";
import type { AskEvent } from "../client/question.ts";
import { LloomError } from "../errors.ts";
import type { OwnFate } from "../store/client/own-fate.ts";
import { openDatabase } from "../store/database/database.ts";
import { KeyedAnswers } from "./keyed-answers.ts";

/** For waits on a busy machine. */
const DEADLINE = { timeout: 10_000 };
const KEY = { "idempotency-key": "order-1" };
const CALL = { key: "k", caller: "", body: { model: "m" } };
const REQUEST: Hex = `0x${"03".repeat(32)}`;
const FATE = { executor: EXECUTOR, cost: 1_500n, failure: undefined } as const;
const begun = (events: AsyncIterable<AskEvent>) => () => ({ id: "x", created: 1, events });

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

  it("says which answer is a repeat", async () => {
    const gateway = await staged.start();
    const answers = [await post(gateway, ASK, { headers: KEY }), await post(gateway, ASK, { headers: KEY })];
    expect(answers.map(({ headers }) => headers.get("idempotent-replayed"))).toEqual([null, "true"]);
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

/** What may become of a request, and whether its executor may have begun to work at it. */
const FATES: readonly (readonly [string, OwnFate | undefined, boolean])[] = [
  ["nobody knows", undefined, true],
  ["has no answer", { ...FATE, status: "sent" }, true],
  ["was answered", { ...FATE, status: "answered" }, true],
  ["was worked at", { ...FATE, status: "failed", failure: "BACKEND_FAILED" }, true],
  ["took too long", { ...FATE, status: "failed", failure: "BACKEND_TIMEOUT" }, true],
  ["met an error", { ...FATE, status: "failed", failure: "INTERNAL" }, true],
  ["met a full queue", { ...FATE, status: "failed", failure: "QUEUE_FULL" }, false],
  ["met a gateway that drains", { ...FATE, status: "failed", failure: "DRAINING" }, false],
  ["was of an old offer", { ...FATE, status: "failed", failure: "OFFER_UNKNOWN" }, false],
  ["was never sent", { ...FATE, status: "failed", failure: "CANCELLED" }, false],
];

describe("a call with an Idempotency-Key that fails", () => {
  const broken = new LloomError("EXECUTOR_TIMEOUT", "The executor has gone silent.");
  const signsAndFails = async function* (...texts: string[]): AsyncGenerator<AskEvent> {
    yield { type: "signed", requestHash: REQUEST };
    yield* failing(broken, ...texts);
  };

  it("before anything was signed, is asked again", async () => {
    client.script = () => failing(new LloomError("NO_EXECUTOR", "Nobody is there."));
    const gateway = await staged.start();
    const first = await post(gateway, ASK, { headers: KEY });
    expect([first.status, first.headers.get("x-should-retry")]).toEqual([503, null]);
    client.script = () => answering("Hello!");
    const second = await post(gateway, ASK, { headers: KEY });
    expect([second.status, second.headers.get("idempotent-replayed")]).toEqual([200, null]);
  });

  it.each(FATES)("over a request that %s", async (_, fate, mayHaveBegun) => {
    client.script = () => signsAndFails();
    if (fate !== undefined) staged.memory.fates.set(REQUEST, fate);
    const gateway = await staged.start();
    const first = await post(gateway, ASK, { headers: KEY });
    expect([first.status, first.headers.get("x-should-retry")]).toEqual([504, mayHaveBegun ? "false" : null]);
    client.script = () => answering("Hello!");
    const second = await post(gateway, ASK, { headers: KEY });
    expect(second.status).toBe(mayHaveBegun ? 504 : 200);
    expect(client.asked).toHaveLength(mayHaveBegun ? 1 : 2);
    if (!mayHaveBegun) return;
    expect([second.headers.get("idempotent-replayed"), second.headers.get("x-should-retry")]).toEqual([
      "true",
      "false",
    ]);
    const told = await first.json();
    expect(told).toMatchObject({
      error: { code: "EXECUTOR_TIMEOUT", message: expect.stringContaining("takes a new Idempotency-Key") },
    });
    expect(await second.json()).toEqual(told);
  });

  it("in the middle of its text, tells the repeat the same text and the same failure", async () => {
    client.script = () => signsAndFails("Hel", "lo");
    const gateway = await staged.start();
    const streamed = { ...ASK, stream: true };
    const first = await (await post(gateway, streamed, { headers: KEY })).text();
    expect(first).toMatch(/Hel.*lo.*event: error/s);
    expect(await (await post(gateway, streamed, { headers: KEY })).text()).toBe(first);
    expect(client.asked).toHaveLength(1);
  });

  it("at the gateway's own limit of time, is over for its repeats too", async () => {
    client.script = async function* (_, signal) {
      yield { type: "signed", requestHash: REQUEST };
      yield* hanging(signal);
    };
    const gateway = await staged.start({ answerTimeoutMs: 50 });
    for (let repeat = 0; repeat < 2; repeat++) {
      const answer = await post(gateway, ASK, { headers: KEY });
      expect([answer.status, answer.headers.get("x-should-retry")]).toEqual([504, "false"]);
      expect(await answer.json()).toMatchObject({ error: { code: "EXECUTOR_TIMEOUT" } });
    }
    expect(client.asked).toHaveLength(1);
  });

  it("fails the same way after the end of the process", async () => {
    using memory = stageMemory();
    const fail = async (events: AsyncIterable<AskEvent>): Promise<unknown> => {
      const told: unknown[] = [];
      await (async () => {
        for await (const event of events) told.push(event);
      })().catch((thrown: unknown) => told.push(thrown));
      return told.filter((event) => !(event instanceof Object && "requestHash" in event));
    };
    const first = await fail(new KeyedAnswers(memory, DEPLOYMENT).answer(CALL, begun(signsAndFails("Hel"))).events());
    const later = new KeyedAnswers(memory.restart(), DEPLOYMENT).answer(CALL, begun(answering("Twice.")));
    expect(later.isReplayed).toBe(true);
    expect(await fail(later.events())).toEqual(first);
    expect(first).toEqual([{ type: "text", text: "Hel" }, expect.objectContaining({ code: "EXECUTOR_TIMEOUT" })]);
  });
});

describe("a process that ends in the middle of a call", () => {
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
      noted = new KeyedAnswers({ ...memory, fateOf: () => ({ ...FATE, status: "sent" }) }, DEPLOYMENT);
      expect(() => (noted as KeyedAnswers).answer(CALL, begun(answering("Twice.")))).toThrow();
      yield END;
    };
    await readAll(new KeyedAnswers(memory, DEPLOYMENT).answer(CALL, begun(look())).events());
    expect(noted).toBeDefined();
  });

  it.each([
    ["answered", "answered it for 0.0015 LLT, and its text was not kept"],
    ["sent", "which may cost 0.0015 LLT at most"],
    ["failed", "took it and failed, which costs nothing"],
    [undefined, "which may cost its cap at most"],
  ] as const)("pays nothing more for a request that was %s, and says what is known", async (status, words) => {
    using memory = stageMemory();
    void readAll(new KeyedAnswers(memory, DEPLOYMENT).answer(CALL, begun(signs())).events());
    await vi.waitUntil(() => isNoted(memory.path), DEADLINE);
    if (status !== undefined)
      memory.fates.set(REQUEST, { ...FATE, status, ...(status === "failed" && { failure: "BACKEND_FAILED" }) });
    const later = new KeyedAnswers(memory.restart(), DEPLOYMENT);
    for (let repeat = 0; repeat < 2; repeat++)
      expect(() => later.answer(CALL, begun(answering("Twice.")))).toThrow(
        expect.objectContaining({
          message: expect.stringContaining(words),
          terms: expect.objectContaining({ status: 409, headers: { "x-should-retry": "false" } }),
        }),
      );
    expect(() => later.answer({ ...CALL, body: {} }, begun(answering("Other.")))).toThrow(/another request/);
  });

  it.each([false, true])("asks again when everybody turned it away, or nothing was signed: %j", async (isSigned) => {
    using memory = stageMemory();
    const unsigned = async function* (): AsyncGenerator<AskEvent> {
      yield { type: "status", state: "queued", position: 1 };
      await new Promise(() => undefined);
    };
    const events = isSigned ? signs() : unsigned();
    void readAll(new KeyedAnswers(memory, DEPLOYMENT).answer(CALL, begun(events)).events());
    await vi.waitUntil(() => isNoted(memory.path, isSigned), DEADLINE);
    memory.fates.set(REQUEST, { ...FATE, status: "failed", failure: "QUEUE_FULL" });
    const later = new KeyedAnswers(memory.restart(), DEPLOYMENT);
    expect(await readAll(later.answer(CALL, begun(answering("Once."))).events())).toContainEqual(END);
  });

  it("keeps no part of several answers: what came of one is not what was asked for", async () => {
    using memory = stageMemory();
    const oneOfTwo = async function* (): AsyncGenerator<AskEvent> {
      yield { type: "signed", requestHash: REQUEST, choice: 0 };
      yield { ...END, choice: 0 };
      await new Promise(() => undefined);
    };
    const start = () => ({ ...begun(oneOfTwo())(), choices: 2 });
    for await (const event of new KeyedAnswers(memory, DEPLOYMENT).answer(CALL, start).events())
      if (event.type === "end") break;
    const later = new KeyedAnswers(memory.restart(), DEPLOYMENT);
    expect(() => later.answer(CALL, begun(answering("Twice.")))).toThrow(/in the middle of this call/);
  });

  it("after the end gives the very same answer again", async () => {
    using memory = stageMemory();
    const told = await readAll(
      new KeyedAnswers(memory, DEPLOYMENT).answer(CALL, begun(answering("Hel", "lo!"))).events(),
    );
    const later = new KeyedAnswers(memory.restart(), DEPLOYMENT);
    const again = later.answer(CALL, begun(failing(new LloomError("INTERNAL", "Asked twice."))));
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
