import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  never,
  readAll,
  requestBody,
  responseBody,
  silentLog,
  startHost,
  targetOf,
  until,
} from "../../../../test/support/hosts.ts";
import { LloomError } from "../../errors.ts";
import { aborted } from "../../primitives/aborted.ts";
import type { Host } from "../host/host.ts";
import type { ExecutorFrameBody } from "./answer-queue.ts";
import { createInferPool } from "./infer-client.ts";
import { serveInfer } from "./infer-server.ts";
import type { InferHandler } from "./infer-session.ts";

const echo: InferHandler = async function* ({ frame }) {
  const content = frame.messages[0]?.content ?? "";
  yield { type: "status", state: "running", position: 0 };
  for (const word of content.split(" ")) yield { type: "token", text: `${word} ` };
  yield responseBody;
};

let executor: Host;
let client: Host;

beforeAll(async () => {
  executor = await startHost();
  client = await startHost({ listen: [], dhtServer: false });
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await executor[Symbol.asyncDispose]();
});

const ask = (content: string, signal = never) => ({ target: targetOf(executor), frame: requestBody(content), signal });

describe("answers", () => {
  test("keep their order and end with the response", async () => {
    await using server = await serveInfer(executor, { handle: echo, log: silentLog });
    await using pool = createInferPool(client, silentLog);
    const frames = [];
    for await (const frame of pool.request(ask("a b c"))) frames.push(frame);
    expect(frames.at(0)).toEqual({ type: "status", id: 1, state: "running", position: 0 });
    expect(frames.at(-1)).toEqual({ ...responseBody, id: 1 });
    expect(frames.flatMap((frame) => (frame.type === "token" ? [frame.text] : [])).join("")).toBe("a b c ");
    expect(server.openRequests()).toBe(0);
  });

  test("of 200 requests at once share one stream and are never mixed up", async () => {
    await using server = await serveInfer(executor, { handle: echo, log: silentLog });
    await using pool = createInferPool(client, silentLog);
    const contents = Array.from({ length: 200 }, (_, index) => `q${index} ${"x".repeat(index)} y${index}`);
    const answers = await Promise.all(contents.map((content) => readAll(pool.request(ask(content)))));
    expect(answers.map(({ text }) => text)).toEqual(contents.map((content) => `${content} `));
    expect(new Set(answers.map(({ last }) => last.id)).size).toBe(200);
    expect(pool.streams()).toBe(1);
    await until("no request open", () => server.openRequests() === 0 && pool.queuedBytes() === 0);
  });

  test("tell the handler which peer asks, by its wallet", async () => {
    const seen: { peerId: string; address: string }[] = [];
    const handle: InferHandler = async function* (call) {
      seen.push(call.client);
      yield responseBody;
    };
    await using _server = await serveInfer(executor, { handle, log: silentLog });
    await using pool = createInferPool(client, silentLog);
    await readAll(pool.request(ask("who")));
    expect(seen).toEqual([{ peerId: client.peerId, address: client.address }]);
  });
});

describe("cancelling", () => {
  const untilCancelled: InferHandler = async function* ({ signal }) {
    yield { type: "token", text: "first" };
    await aborted(signal);
    yield { type: "token", text: signal.reason.code };
    yield responseBody;
  };

  test("stops the executor, and its last frames still come", async () => {
    await using _server = await serveInfer(executor, { handle: untilCancelled, log: silentLog });
    await using pool = createInferPool(client, silentLog);
    const abort = new AbortController();
    let text = "";
    let lastType = "";
    for await (const frame of pool.request(ask("long", abort.signal))) {
      if (frame.type === "token") {
        text += frame.text;
        abort.abort();
      }
      lastType = frame.type;
    }
    expect({ text, lastType }).toEqual({ text: "firstCANCELLED", lastType: "response" });
  });

  test("before anything was sent ends with CANCELLED", async () => {
    await using pool = createInferPool(client, silentLog);
    await expect(readAll(pool.request(ask("x", AbortSignal.abort())))).rejects.toMatchObject({ code: "CANCELLED" });
  });

  test("happens when the reader leaves, and other answers on the stream go on", async () => {
    await using server = await serveInfer(executor, { handle: untilCancelled, log: silentLog });
    await using pool = createInferPool(client, silentLog);
    const abort = new AbortController();
    const other = readAll(pool.request(ask("other", abort.signal)));
    for await (const frame of pool.request(ask("left"))) {
      expect(frame.type).toBe("token");
      break;
    }
    await until("only the other is open", () => server.openRequests() === 1);
    abort.abort();
    expect((await other).text).toBe("firstCANCELLED");
    expect(pool.streams()).toBe(1);
  });

  test("is not waited for longer than the grace period", async () => {
    const release = Promise.withResolvers<void>();
    const deaf: InferHandler = async function* () {
      yield { type: "token", text: "first" };
      await release.promise;
      yield responseBody;
    };
    await using _server = await serveInfer(executor, { handle: deaf, log: silentLog });
    await using pool = createInferPool(client, silentLog, { cancelGraceMs: 50 });
    const abort = new AbortController();
    const answer = pool.request(ask("deaf", abort.signal));
    await answer.next();
    abort.abort();
    await expect(answer.next()).rejects.toMatchObject({ code: "STREAM_INTERRUPTED" });
    release.resolve();
  });

  test("by return() ends a next() that waits", async () => {
    await using _server = await serveInfer(executor, { handle: untilCancelled, log: silentLog });
    await using pool = createInferPool(client, silentLog);
    const answer = pool.request(ask("x"));
    await answer.next();
    const waiting = answer.next();
    await answer.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});

describe("a failing handler", () => {
  const failing = (thrown: unknown): InferHandler =>
    async function* () {
      yield { type: "token", text: "so far" };
      throw thrown;
    };

  test.each([
    ["an error of ours", new LloomError("CONTEXT_EXCEEDED", "Too long."), "CONTEXT_EXCEEDED", "Too long."],
    ["any other", new TypeError("secret prompt"), "INTERNAL", "The executor failed."],
  ])("tells the client about %s and serves on", async (_name, thrown, code, message) => {
    await using _server = await serveInfer(executor, { handle: failing(thrown), log: silentLog });
    await using pool = createInferPool(client, silentLog);
    expect(await readAll(pool.request(ask("x")))).toEqual({
      text: "so far",
      last: { type: "error", id: 1, code, message },
    });
    expect((await readAll(pool.request(ask("y")))).last.id).toBe(2);
  });

  test("that throws before it returns, or ends too early, gives INTERNAL", async () => {
    const silent: InferHandler = async function* ({ frame }): AsyncGenerator<ExecutorFrameBody> {
      if (frame.messages[0]?.content === "frame") yield { type: "token", text: 5 as unknown as string };
    };
    const handle: InferHandler = (call) => {
      if (call.frame.messages[0]?.content === "throw") throw new TypeError("no generator");
      return silent(call);
    };
    await using _server = await serveInfer(executor, { handle, log: silentLog });
    await using pool = createInferPool(client, silentLog);
    for (const content of ["throw", "end", "frame"]) {
      expect((await readAll(pool.request(ask(content)))).last).toMatchObject({ type: "error", code: "INTERNAL" });
    }
  });
});

describe("limits", () => {
  const waiting: InferHandler = async function* ({ signal }) {
    await aborted(signal);
    yield responseBody;
  };

  test.each([
    ["of one peer", { requestsPerPeer: 2 }, "RATE_LIMITED"],
    ["in total", { requestsTotal: 2 }, "QUEUE_FULL"],
    ["of one peer's bytes", { requestBytesPerPeer: 2_000 }, "RATE_LIMITED"],
    ["of all bytes", { requestBytesTotal: 2_000 }, "QUEUE_FULL"],
  ])("refuse open requests %s above the limit", async (_name, limits, code) => {
    await using server = await serveInfer(executor, { handle: waiting, limits, log: silentLog });
    await using pool = createInferPool(client, silentLog);
    const abort = new AbortController();
    const open = [0, 1].map(() => readAll(pool.request(ask("x", abort.signal))));
    await until("two are open", () => server.openRequests() === 2);
    expect((await readAll(pool.request(ask("y".repeat(1000))))).last).toMatchObject({ type: "error", code });
    abort.abort();
    expect((await Promise.all(open)).map(({ last }) => last.type)).toEqual(["response", "response"]);
    expect((await readAll(pool.request(ask("z", AbortSignal.timeout(20))))).last.type).toBe("response");
  });

  test("refuse a request that no frame can hold, without harm to the stream", async () => {
    await using _server = await serveInfer(executor, { handle: echo, log: silentLog });
    await using pool = createInferPool(client, silentLog);
    const huge = pool.request(ask("x".repeat(5 * 1024 * 1024)));
    await expect(readAll(huge)).rejects.toMatchObject({ code: "FRAME_TOO_LARGE" });
    const large = "x".repeat(3 * 1024 * 1024);
    expect((await readAll(pool.request(ask(large)))).text).toBe(`${large} `);
  });
});

describe("a lost peer", () => {
  test("in the middle of an answer gives STREAM_INTERRUPTED, and the handler is told and may finish", async () => {
    const lost = Promise.withResolvers<string>();
    let saved = false;
    const handle: InferHandler = async function* ({ signal }) {
      signal.addEventListener("abort", () => lost.resolve(signal.reason.code), { once: true });
      yield { type: "token", text: "first" };
      await lost.promise;
      yield { type: "token", text: "for nobody" };
      saved = true;
      yield responseBody;
    };
    await using server = await serveInfer(executor, { handle, log: silentLog });
    await using pool = createInferPool(client, silentLog);
    const answer = pool.request(ask("x"));
    expect((await answer.next()).value).toMatchObject({ text: "first" });
    for (const connection of executor.libp2p.getConnections()) connection.abort(new Error("cable pulled"));
    await expect(answer.next()).rejects.toMatchObject({ code: "STREAM_INTERRUPTED", retryable: true });
    expect(await lost.promise).toBe("STREAM_INTERRUPTED");
    await until("the handler has ended", () => saved && server.openRequests() === 0);
    expect(pool.streams()).toBe(0);
  });

  test("before the first frame gives EXECUTOR_UNREACHABLE, and the next request opens a new stream", async () => {
    let calls = 0;
    const handle: InferHandler = async function* () {
      calls += 1;
      if (calls > 1) yield responseBody;
      else await delay(60_000, undefined, { ref: false, signal: AbortSignal.timeout(500) }).catch(() => undefined);
    };
    await using _server = await serveInfer(executor, { handle, log: silentLog });
    await using pool = createInferPool(client, silentLog);
    const answer = readAll(pool.request(ask("x")));
    const outcome = expect(answer).rejects.toMatchObject({ code: "EXECUTOR_UNREACHABLE" });
    await until("the handler runs", () => calls === 1);
    for (const connection of executor.libp2p.getConnections()) connection.abort(new Error("cable pulled"));
    await outcome;
    expect((await readAll(pool.request(ask("y")))).last.type).toBe("response");
  });

  test("that nobody can dial gives EXECUTOR_UNREACHABLE", async () => {
    const gone = await startHost();
    const target = targetOf(gone);
    await gone[Symbol.asyncDispose]();
    await using pool = createInferPool(client, silentLog);
    const answer = pool.request({ target, frame: requestBody("x"), signal: never });
    await expect(readAll(answer)).rejects.toMatchObject({ code: "EXECUTOR_UNREACHABLE" });
  });
});

test("ending the server tells open requests DRAINING and waits for their last frames", async () => {
  const handle: InferHandler = async function* ({ signal }) {
    yield { type: "token", text: "first" };
    await aborted(signal);
    yield { type: "token", text: signal.reason.code };
    yield responseBody;
  };
  const server = await serveInfer(executor, { handle, log: silentLog });
  await using pool = createInferPool(client, silentLog);
  const answer = pool.request(ask("x"));
  await answer.next();
  const [rest] = await Promise.all([readAll(answer), server[Symbol.asyncDispose]()]);
  expect(rest).toMatchObject({ text: "DRAINING", last: { type: "response" } });
});
