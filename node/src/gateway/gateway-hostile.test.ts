import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { END, hanging, type StagedClient } from "../../../test/support/staged-client.ts";
import { ASK, type StagedGateway, stageGateway } from "../../../test/support/staged-gateway.ts";
import type { Gateway } from "./gateway.ts";
import type { GatewayOptions } from "./gateway-options.ts";

/** For waits on a busy machine. */
const DEADLINE = { timeout: 10_000 };
/** So short that a test sees it pass. */
const SHORT_MS = 50;

let staged: StagedGateway;
let client: StagedClient;
let sockets: Socket[];
beforeEach(() => {
  staged = stageGateway();
  client = staged.client;
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await staged[Symbol.asyncDispose]();
});
const start = (options?: Partial<GatewayOptions>): Promise<Gateway> => staged.start(options);

async function dial({ url }: Gateway): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  sockets.push(socket);
  await once(socket, "connect");
  return socket;
}

/** The head of a request, ended by an empty line. */
const head = (line: string, ...headers: string[]): string =>
  [`${line} HTTP/1.1`, "host: 127.0.0.1", ...headers, "", ""].join("\r\n");

const json = "content-type: application/json";
const post = (text: string): string => head("POST /v1/chat/completions", json, `content-length: ${text.length}`) + text;
const chat = (body: object): string => post(JSON.stringify(body));

/** A question whose response format has a schema of so many levels: as text, since JSON cannot write so many either. */
const deepSchema = (levels: number): string => {
  const asked = { ...ASK, response_format: { type: "json_schema", json_schema: { name: "deep", schema: "HERE" } } };
  return JSON.stringify(asked).replace('"HERE"', `${'{"not":'.repeat(levels)}{}${"}".repeat(levels)}`);
};

/** Status and error of an answer, whose body must be an error in OpenAI's shape and nothing else. */
function refusalIn(answer: string): { status: number; code: unknown; allow: string | undefined } {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
  expect(answer).toMatch(/^content-type: application\/json/m);
  const { error, ...rest } = JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? "");
  expect(rest).toEqual({});
  expect(Object.keys(error).sort()).toEqual(["code", "lloom_code", "message", "param", "type"]);
  return { status, code: error.code, allow: /^allow: (.*)\r$/m.exec(answer)?.[1] };
}

async function refusal(gateway: Gateway, request: string): Promise<ReturnType<typeof refusalIn>> {
  const socket = await dial(gateway);
  socket.end(request);
  return refusalIn(await text(socket));
}

describe("requests that no route sees", () => {
  const invalid = { code: "REQUEST_INVALID", allow: undefined };
  const unknown = { status: 404, code: "ROUTE_NOT_FOUND", allow: undefined };
  const method = (allow: string): object => ({ status: 405, code: "METHOD_NOT_ALLOWED", allow });
  it.each<[string, string, object]>([
    ["a path that is cut off in a letter", head("GET /v1/models/%E0%A4%A"), { status: 400, ...invalid }],
    ["a stray percent sign", head("POST /%zz"), { status: 400, ...invalid }],
    ["a path that is too long", head(`GET /v1/models/${"x".repeat(20_000)}`), { status: 431, ...invalid }],
    ["headers that are too long", head("GET /v1/models", `x: ${"x".repeat(20_000)}`), { status: 431, ...invalid }],
    ["no host", "GET /v1/models HTTP/1.1\r\n\r\n", { status: 400, ...invalid }],
    ["an expectation", head("GET /v1/models", "expect: tea"), { status: 417, ...invalid }],
    ["a chunk without a length", `${head("POST /", "transfer-encoding: chunked")}zz\r\n`, { status: 400, ...invalid }],
    ["a second slash at the start", head("GET //v1/models"), unknown],
    ["a second slash inside", head("GET /v1//models"), unknown],
    ["OPTIONS of everything", head("OPTIONS *"), unknown],
    ["OPTIONS of a route", head("OPTIONS /v1/chat/completions"), method("POST")],
    ["a rare method", head("QUERY /v1/chat/completions"), method("POST")],
    ["a method of WebDAV", head("PROPFIND /v1/models"), method("GET, HEAD")],
    ["a wrong method with a body of any type", `${head("POST /health", "content-length: 1")}x`, method("GET, HEAD")],
    ["an unknown route with a wrong body", `${head("POST /v1/images", json, "content-length: 1")}{`, unknown],
    [
      "a type that is none",
      `${head("POST /v1/chat/completions", "content-type: ;", "content-length: 1")}x`,
      { status: 415, ...invalid },
    ],
    [
      "a compressed body",
      `${head("POST /v1/chat/completions", json, "content-encoding: gzip", "content-length: 1")}x`,
      { status: 415, ...invalid },
    ],
    ["a schema of more levels than can be walked", post(deepSchema(5_000)), { status: 400, ...invalid }],
  ])("are refused in OpenAI's shape: %s", async (_, request, expected) => {
    expect(await refusal(await start(), request)).toEqual(expected);
    expect(client.asked).toEqual([]);
  });

  it("have an id", async () => {
    const socket = await dial(await start());
    socket.end(head("GET /%zz", "x-request-id: abc"));
    expect(await text(socket)).toContain("\r\nx-request-id: abc\r\n");
  });

  it("are no failure of the gateway when the caller hangs up in the middle of a body", async () => {
    const socket = await dial(await start());
    socket.write(`${head("POST /v1/chat/completions", json, "content-length: 99")}{"model":"a secret`);
    socket.end();
    await vi.waitUntil(() => staged.logged().includes("The caller hung up."), DEADLINE);
    expect(staged.logged()).toContain('"code":"CANCELLED"');
    expect(staged.logged()).not.toMatch(/INTERNAL|"stack"|"level":50|"level":40|a secret/);
  });

  it("get no body when they are HEAD", async () => {
    const socket = await dial(await start());
    socket.end(head("HEAD /v1/chat/completions"));
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 405 [^{}]*\r\n\r\n$/);
  });

  it("are told when the gateway shuts down", async () => {
    const rest = Promise.withResolvers<void>();
    client.script = async function* () {
      await rest.promise;
      yield END;
    };
    const gateway = await start();
    const [busy, late] = [await dial(gateway), await dial(gateway)];
    busy.write(chat(ASK));
    await vi.waitUntil(() => client.asked.length === 1, DEADLINE);
    const closed = gateway[Symbol.asyncDispose]();
    late.write(head("GET /v1/models"));
    expect(refusalIn(await text(late))).toEqual({ status: 503, code: "DRAINING", allow: undefined });
    rest.resolve();
    await closed;
  });
});

describe("callers that are slow on purpose", () => {
  it.each([
    ["headers", "GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\n"],
    ["a body", `${head("POST /v1/chat/completions", "content-type: application/json", "content-length: 9")}{`],
    ["anything", ""],
  ])("are cut off when they never finish %s", async (_, sent) => {
    const socket = await dial(await start({ requestTimeoutMs: SHORT_MS }));
    socket.write(sent);
    expect(refusalIn(await text(socket))).toMatchObject({ status: 408, code: "REQUEST_INVALID" });
  });

  it("do not hold an answer by reading nothing", async () => {
    const piece = "x".repeat(1 << 20);
    client.script = async function* (_, signal) {
      while (!signal.aborted) yield { type: "text", text: piece };
      yield END;
    };
    const socket = await dial(await start({ readTimeoutMs: SHORT_MS, keepAliveMs: SHORT_MS / 5, maxConcurrent: 1 }));
    socket.on("error", () => {});
    socket.pause().write(chat({ ...ASK, stream: true }));
    await vi.waitUntil(() => client.asked[0]?.signal.aborted, DEADLINE);
  });

  it("keep an answer that is silent for long while they read", async () => {
    client.script = (_, signal) => hanging(signal, "Hel");
    const socket = await dial(await start({ readTimeoutMs: SHORT_MS, keepAliveMs: SHORT_MS / 5 }));
    socket.write(chat({ ...ASK, stream: true }));
    let read = "";
    socket.on("data", (data) => {
      read += data;
    });
    await vi.waitUntil(() => read.split(": keep-alive").length > 20, DEADLINE);
    expect(client.asked[0]?.signal.aborted).toBe(false);
  });
});

describe("callers that send too much", () => {
  it.each([
    ["announced", (bytes: number) => head("POST /v1/chat/completions", json, `content-length: ${bytes}`)],
    ["not announced", () => head("POST /v1/chat/completions", json, "transfer-encoding: chunked")],
  ])("get to read the refusal of what is %s", async (how, begin) => {
    const bytes = 32 * 1024 * 1024;
    const socket = await dial(await start({ bodyLimitBytes: 1000 }));
    const answer = text(socket);
    socket.write(begin(bytes));
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    for (let sent = 0; sent < bytes; sent += piece.length) {
      if (how === "not announced") socket.write(`${piece.length.toString(16)}\r\n`);
      if (!socket.write(piece)) await once(socket, "drain");
      if (how === "not announced") socket.write("\r\n");
    }
    socket.end(how === "not announced" ? "0\r\n\r\n" : "");
    expect(refusalIn(await answer)).toMatchObject({ status: 413, code: "FRAME_TOO_LARGE" });
  });

  it("are cut off when they never end", async () => {
    const socket = await dial(await start({ bodyLimitBytes: 1000 }));
    let isClosed = false;
    socket.on("error", () => {});
    socket.once("close", () => {
      isClosed = true;
    });
    socket.resume().write(head("POST /v1/chat/completions", json, `content-length: ${2 ** 32}`));
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    for (let sent = 0; sent < 200 && !isClosed; sent += 1)
      if (!socket.write(piece))
        await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => undefined);
    await vi.waitUntil(() => isClosed, DEADLINE);
  });
});
