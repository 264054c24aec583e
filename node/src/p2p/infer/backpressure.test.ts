import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
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
import type { Host } from "../host/host.ts";
import { STREAM_WINDOW_BYTES } from "../limits.ts";
import { createInferPool } from "./infer-client.ts";
import { serveInfer } from "./infer-server.ts";
import type { InferHandler } from "./infer-session.ts";

const CHUNK = "x".repeat(4_096);
const FLOOD_CHUNKS = 2_000;

let executor: Host;
let client: Host;

beforeAll(async () => {
  executor = await startHost();
  client = await startHost({ listen: [] });
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await executor[Symbol.asyncDispose]();
});

const ask = (content: string) => ({ target: targetOf(executor), frame: requestBody(content), signal: never });

/** 8 MB of text as fast as it is taken; counts what was pulled. */
function flood() {
  const state = { pulled: 0 };
  const handle: InferHandler = async function* ({ frame, signal }) {
    const chunks = frame.messages[0]?.content === "flood" ? FLOOD_CHUNKS : 1;
    for (let chunk = 0; chunk < chunks && !signal.aborted; chunk += 1) {
      state.pulled += 1;
      yield { type: "token", text: CHUNK };
    }
    yield responseBody;
  };
  return { state, handle };
}

test("a reader that stops holds the backend back, memory stays bounded, and nothing is lost", async () => {
  const { state, handle } = flood();
  await using server = await serveInfer(executor, { handle, log: silentLog });
  const limits = { unreadBytesPerAnswer: 100_000, stallMs: 60_000 };
  await using pool = createInferPool(client, silentLog, limits);
  const answer = pool.request(ask("flood"));
  let text = (await answer.next()).value.text.length;

  let before = -1;
  let most = 0;
  await until("the backend is held back", () => {
    const still = state.pulled === before && state.pulled > 1;
    before = state.pulled;
    most = Math.max(most, pool.queuedBytes(), server.queuedBytes());
    return still;
  });
  await delay(100);
  expect(state.pulled).toBe(before);
  expect(state.pulled).toBeLessThan(FLOOD_CHUNKS / 2);
  expect(most).toBeLessThan(limits.unreadBytesPerAnswer + 3 * STREAM_WINDOW_BYTES);

  for await (const frame of answer) {
    if (frame.type === "token") text += frame.text.length;
    most = Math.max(most, pool.queuedBytes(), server.queuedBytes());
  }
  expect(text).toBe(FLOOD_CHUNKS * CHUNK.length);
  expect(most).toBeLessThan(limits.unreadBytesPerAnswer + 3 * STREAM_WINDOW_BYTES);
  expect(pool.queuedBytes()).toBe(0);
});

test("a reader that stops for good loses its answer, and the others on the stream go on", async () => {
  const { handle } = flood();
  await using server = await serveInfer(executor, { handle, log: silentLog });
  await using pool = createInferPool(client, silentLog, { unreadBytesPerAnswer: 100_000, stallMs: 100 });
  const stopped = pool.request(ask("flood"));
  await stopped.next();
  await until("the stream is full", () => pool.queuedBytes() > 100_000);
  expect((await readAll(pool.request(ask("short")))).text).toBe(CHUNK);
  await expect(readAll(stopped)).rejects.toMatchObject({ code: "STREAM_INTERRUPTED" });
  await until("the executor has stopped", () => server.openRequests() === 0);
});

test("small tokens ahead of the network travel in few frames", async () => {
  const handle: InferHandler = async function* () {
    for (let token = 0; token < 20_000; token += 1) yield { type: "token", text: "tok " };
    yield responseBody;
  };
  await using _server = await serveInfer(executor, { handle, log: silentLog });
  await using pool = createInferPool(client, silentLog);
  let frames = 0;
  let text = 0;
  for await (const frame of pool.request(ask("tokens"))) {
    frames += 1;
    if (frame.type === "token") text += frame.text.length;
  }
  expect(text).toBe(80_000);
  expect(frames).toBeLessThan(200);
});

test("large requests wait for the network, and all arrive", async () => {
  const handle: InferHandler = async function* ({ frame }) {
    yield { type: "token", text: String(frame.messages[0]?.content.length) };
    yield responseBody;
  };
  await using _server = await serveInfer(executor, { handle, log: silentLog });
  await using pool = createInferPool(client, silentLog, { unsentBytes: 300_000 });
  const sizes = Array.from({ length: 24 }, (_, index) => 200_000 + index);
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, pool.queuedBytes());
  }, 1);
  const answers = await Promise.all(sizes.map((size) => readAll(pool.request(ask("y".repeat(size))))));
  clearInterval(watch);
  expect(answers.map(({ text }) => Number(text))).toEqual(sizes);
  expect(most).toBeLessThan(300_000 + 3 * 220_000);
});
