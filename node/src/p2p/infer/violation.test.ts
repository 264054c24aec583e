import type { Stream } from "@libp2p/interface";
import { INFER_PROTOCOL } from "@lloom/protocol/names";
import { decodeExecutorFrame, encodeClientFrame, encodeExecutorFrame } from "@lloom/protocol/wire";
import { multiaddr } from "@multiformats/multiaddr";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
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
import { aborted } from "../../primitives/aborted.ts";
import { encodeLength, FrameDecoder } from "../frames/framing.ts";
import type { Host } from "../host/host.ts";
import { createInferPool } from "./infer-client.ts";
import { serveInfer } from "./infer-server.ts";
import type { InferHandler } from "./infer-session.ts";

const frame = (body: Uint8Array) => Buffer.concat([encodeLength(body.length), body]);
const bytes = (...values: number[]) => Uint8Array.from(values);

const answering: InferHandler = async function* () {
  yield responseBody;
};
const waiting: InferHandler = async function* ({ signal }) {
  await aborted(signal);
  yield responseBody;
};

/** Sends raw bytes on a new stream; collects what comes back. */
async function attack(attacker: Host, victim: Host, ...sent: Uint8Array[]) {
  const received: ReturnType<typeof decodeExecutorFrame>[] = [];
  const decoder = new FrameDecoder(1_000_000);
  const addresses = victim.multiaddrs().map((address) => multiaddr(address));
  const stream: Stream = await attacker.libp2p.dialProtocol(addresses, INFER_PROTOCOL);
  stream.addEventListener("message", ({ data }) => {
    for (const found of decoder.push(data.subarray())) received.push(decodeExecutorFrame(found));
  });
  stream.addEventListener("remoteCloseWrite", () => void stream.close());
  for (const part of sent) stream.send(part);
  return { stream, received };
}

describe("a client that breaks the protocol", () => {
  let executor: Host;
  let honest: Host;
  let attacker: Host;

  beforeAll(async () => {
    executor = await startHost();
    honest = await startHost({ listen: [] });
  });
  beforeEach(async () => {
    attacker = await startHost({ listen: [] });
    return async () => attacker[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    await honest[Symbol.asyncDispose]();
    await executor[Symbol.asyncDispose]();
  });

  const openRequest = () => frame(encodeClientFrame({ ...requestBody("x"), id: 1 }));
  test.each([
    ["no CBOR", () => [frame(bytes(0xff, 0xff))], "FRAME_INVALID"],
    ["CBOR of something else", () => [frame(bytes(0x83, 1, 2, 3))], "FRAME_INVALID"],
    ["an executor's frame", () => [frame(encodeExecutorFrame({ type: "token", id: 1, text: "x" }))], "FRAME_INVALID"],
    ["an empty frame", () => [bytes(0)], "FRAME_INVALID"],
    ["a frame that is too large", () => [encodeLength(64 * 1024 * 1024)], "FRAME_TOO_LARGE"],
    ["a length without end", () => [bytes(0xff, 0xff, 0xff, 0xff, 0xff)], "FRAME_TOO_LARGE"],
    ["an id twice", () => [openRequest(), openRequest()], "FRAME_INVALID"],
    ["the stream's id", () => [frame(encodeClientFrame({ ...requestBody("x"), id: 0 }))], "FRAME_INVALID"],
  ])("with %s is told, disconnected and banned, and others are served on", async (_name, sent, code) => {
    await using _server = await serveInfer(executor, { handle: waiting, log: silentLog });
    await using pool = createInferPool(honest, silentLog);
    const abort = new AbortController();
    const other = pool.request({ target: targetOf(executor), frame: requestBody("x"), signal: abort.signal });
    const first = other.next();

    const { received } = await attack(attacker, executor, ...sent());
    await until("the attacker is disconnected", () => attacker.peers() === 0);
    expect(received).toMatchObject([{ type: "error", id: 0, code }]);
    expect(executor.isBanned(attacker.peerId)).toBe(true);
    const again = await attack(attacker, executor, openRequest()).catch(() => undefined);
    await until("a banned peer's connection is cut", () => attacker.peers() === 0);
    expect(again?.received ?? []).toEqual([]);

    abort.abort();
    expect((await first).value).toMatchObject({ type: "response" });
  });

  test("is let in again when its ban is over", async () => {
    await using strict = await startHost({ limits: { banMs: 200 } });
    await using _server = await serveInfer(strict, { handle: answering, log: silentLog });
    await attack(attacker, strict, frame(bytes(0xff)));
    await until("the attacker is disconnected", () => attacker.peers() === 0);
    await until("the ban ends", () => !strict.isBanned(attacker.peerId));
    await using pool = createInferPool(attacker, silentLog);
    const request = { target: targetOf(strict), frame: requestBody("x"), signal: never };
    expect((await readAll(pool.request(request))).last.type).toBe("response");
  });

  test("is refused a stream too many, and a cancel of an unknown request is no offence", async () => {
    const limits = { streamsPerPeer: 1 };
    await using _server = await serveInfer(executor, { handle: answering, limits, log: silentLog });
    const first = await attack(attacker, executor, frame(encodeClientFrame({ type: "cancel", id: 9 })), openRequest());
    await until("an answer", () => first.received.length === 1);
    const second = await attack(attacker, executor, openRequest()).catch(() => undefined);
    if (second !== undefined) await until("the second stream is cut", () => second.stream.status !== "open");
    expect(first.stream.status).toBe("open");
    expect(first.received).toMatchObject([{ type: "response", id: 1 }]);
  });

  test("that leaves a frame half sent loses its stream, and may come again", async () => {
    await using _server = await serveInfer(executor, { handle: answering, limits: { frameMs: 100 }, log: silentLog });
    const half = openRequest();
    const { stream } = await attack(attacker, executor, half.subarray(0, half.length - 1));
    await until("the stream is cut", () => stream.status !== "open");
    expect(executor.isBanned(attacker.peerId)).toBe(false);
    const again = await attack(attacker, executor, openRequest());
    await until("an answer", () => again.received.length === 1);
  });

  test("by sending too fast is read more slowly, and all is answered", async () => {
    const limits = { inboundBytesPerSecond: 40_000 };
    await using _server = await serveInfer(executor, { handle: answering, limits, log: silentLog });
    const requests = Array.from({ length: 60 }, (_, index) =>
      frame(encodeClientFrame({ ...requestBody("x".repeat(1_000)), id: index + 1 })),
    );
    const startMs = performance.now();
    const { received } = await attack(attacker, executor, ...requests.slice(0, 40));
    await until("the first part is answered", () => received.length === 40);
    expect(executor.isBanned(attacker.peerId)).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(15_000);
  });
});

describe("an executor that breaks the protocol", () => {
  test.each([
    ["no CBOR", frame(bytes(0xff)), "FRAME_INVALID"],
    ["a frame for nobody", frame(encodeExecutorFrame({ type: "token", id: 77, text: "x" })), "FRAME_INVALID"],
    ["a frame that is too large", encodeLength(64 * 1024 * 1024), "FRAME_TOO_LARGE"],
  ])("with %s fails its answers, is disconnected and avoided", async (_name, sent, code) => {
    await using executor = await startHost();
    await using client = await startHost({ listen: [] });
    await executor.libp2p.handle(INFER_PROTOCOL, (stream) => {
      stream.addEventListener("message", () => void stream.send(sent));
    });
    await using pool = createInferPool(client, silentLog);
    const request = { target: targetOf(executor), frame: requestBody("x"), signal: never };
    await expect(readAll(pool.request(request))).rejects.toMatchObject({ code });
    await until("disconnected", () => client.peers() === 0);
    expect(client.isBanned(executor.peerId)).toBe(true);
    await expect(readAll(pool.request(request))).rejects.toMatchObject({ code: "EXECUTOR_UNREACHABLE" });
  });
});
