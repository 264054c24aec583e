import { createServer, request as httpRequest } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  answering,
  DEPLOYMENT,
  END,
  hanging,
  type StagedClient,
  stageClient,
} from "../../../test/support/staged-client.ts";
import { stageMemory } from "../../../test/support/staged-memory.ts";
import { createLog } from "../log.ts";
import { aborted } from "../primitives/aborted.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import type { GatewayOptions } from "./gateway-options.ts";

/** For waits on a busy machine. */
const DEADLINE = { timeout: 10_000 };

const ASK = { model: "lloom-tiny", messages: [{ role: "user" as const, content: "Hello" }] };
const log = createLog({ level: "silent", name: "test" });

let client: StagedClient;
let stack: AsyncDisposableStack;
beforeEach(() => {
  client = stageClient();
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

async function start(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const memory = stack.use(stageMemory());
  return stack.use(
    await createGateway({ client, memory, deployment: DEPLOYMENT, log, options: { port: 0, ...options } }),
  );
}
const openai = ({ url }: Gateway): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
const chat = (gateway: Gateway, init: RequestInit): Promise<Response> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    ...init,
  });
const problem = async (response: Response): Promise<{ status: number; code: unknown; param: unknown }> => {
  const { error } = (await response.json()) as {
    error: { code: unknown; param: unknown; message: unknown; type: unknown };
  };
  expect(Object.keys(error).sort()).toEqual(["code", "lloom_code", "message", "param", "type"]);
  return { status: response.status, code: error.code, param: error.param };
};

describe("calls that are wrong by themselves", () => {
  it("get OpenAI's shape and the right status", async () => {
    const gateway = await start({ bodyLimitBytes: 1000 });
    const wrong = { code: "REQUEST_INVALID", param: null };
    expect(await problem(await fetch(`${gateway.url}/v1/images`, { method: "POST" }))).toMatchObject({
      status: 404,
      code: "ROUTE_NOT_FOUND",
    });
    expect(await problem(await fetch(`${gateway.url}/v1/chat/completions`))).toMatchObject({
      status: 405,
      code: "METHOD_NOT_ALLOWED",
    });
    expect(await problem(await fetch(`${gateway.url}/v1/models/x`, { method: "DELETE" }))).toMatchObject({
      status: 405,
    });
    expect(await problem(await chat(gateway, { body: "{" }))).toEqual({ status: 400, ...wrong });
    expect(await problem(await chat(gateway, { body: "" }))).toEqual({ status: 400, ...wrong });
    expect(await problem(await chat(gateway, { body: "[]" }))).toMatchObject({ status: 400, param: "body" });
    expect(await problem(await chat(gateway, { body: '{"__proto__":{"x":1}}' }))).toEqual({ status: 400, ...wrong });
    expect(await problem(await chat(gateway, { body: "a=b", headers: { "content-type": "text/plain" } }))).toEqual({
      status: 415,
      ...wrong,
    });
    expect(await problem(await chat(gateway, { body: Buffer.from('{"a":"Perch\xe9"}', "latin1") }))).toEqual({
      status: 400,
      ...wrong,
    });
    const latin1 = { "content-type": "application/json; charset=iso-8859-1" };
    expect(await problem(await chat(gateway, { body: "{}", headers: latin1 }))).toEqual({ status: 400, ...wrong });
    expect(await problem(await chat(gateway, { body: "x".repeat(1001) }))).toMatchObject({
      status: 413,
      code: "FRAME_TOO_LARGE",
    });
    expect(client.asked).toEqual([]);
  });

  it("tells which methods a route takes", async () => {
    const gateway = await start();
    expect((await fetch(`${gateway.url}/v1/chat/completions`)).headers.get("allow")).toBe("POST");
  });

  it("gets an answer even when it is not HTTP", async () => {
    const { port } = new URL((await start()).url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.end("HELLO\r\n\r\n");
    expect(await text(socket)).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n.*\{"error":\{"message":"The request is not valid HTTP/s,
    );
  });

  it("is refused under a name that a page could have pointed here", async () => {
    const { port } = new URL((await start()).url);
    const call = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const request = httpRequest({ port, host: "127.0.0.1", path: "/v1/models", headers: { host } });
        request
          .on("response", (response) => resolve(response.resume().statusCode))
          .on("error", reject)
          .end();
      });
    expect(await call("evil.example")).toBe(403);
    for (const own of [`localhost:${port}`, "127.0.0.1", "[::1]:80"]) expect(await call(own)).toBe(200);
  });

  it("is not allowed from pages of other origins", async () => {
    const gateway = await start();
    const preflight = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: "OPTIONS",
      headers: { origin: "http://a.example" },
    });
    expect(preflight.status).toBe(405);
    expect([...preflight.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("request ids", () => {
  it("are kept if fit for a log, and made otherwise", async () => {
    const gateway = await start();
    const idOf = async (given?: string): Promise<string | null> =>
      (
        await fetch(`${gateway.url}/health`, { headers: given === undefined ? {} : { "x-request-id": given } })
      ).headers.get("x-request-id");
    expect(await idOf("my-id.7")).toBe("my-id.7");
    expect(await idOf("two words")).toMatch(/^req_[0-9a-f-]{36}$/);
    expect(await idOf()).toMatch(/^req_[0-9a-f-]{36}$/);
  });

  it("are on streams and errors too", async () => {
    const gateway = await start();
    const headers = { "content-type": "application/json", "x-request-id": "abc" };
    const stream = await chat(gateway, { headers, body: JSON.stringify({ ...ASK, stream: true }) });
    await stream.text();
    expect(stream.headers.get("x-request-id")).toBe("abc");
    expect((await chat(gateway, { headers, body: "{" })).headers.get("x-request-id")).toBe("abc");
  });
});

describe("models and readiness", () => {
  it("lists what executors offer, with prices", async () => {
    const models = await openai(await start()).models.list();
    const terms = { executors: 3, inboundPrice: "100000", outboundPrice: "400000", maxContext: 512 };
    expect(models.data).toMatchObject([
      {
        id: "lloom-tiny",
        object: "model",
        created: 0,
        owned_by: "lloom",
        context_length: 512,
        lloom: {
          ...terms,
          ...{ token: DEPLOYMENT.token.symbol, decimals: DEPLOYMENT.token.decimals },
          weights: [{ ...terms, sha256: "0e".repeat(32), stake: "2.5" }],
        },
      },
      { id: "meta-llama/Llama-3.2" },
    ]);
  });

  it("finds one by name, with slashes written either way", async () => {
    const gateway = await start();
    expect((await openai(gateway).models.retrieve("meta-llama/Llama-3.2")).id).toBe("meta-llama/Llama-3.2");
    expect((await fetch(`${gateway.url}/v1/models/meta-llama/Llama-3.2`)).status).toBe(200);
    expect(await problem(await fetch(`${gateway.url}/v1/models/none`))).toEqual({
      status: 404,
      code: "model_not_found",
      param: "model",
    });
  });

  it("is ready when a model is offered, and alive before", async () => {
    const gateway = await start();
    client.offered = [];
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(503);
    client.offered = stageClient().offered;
    const ready = await fetch(`${gateway.url}/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: "ready", models: 2 });
  });
});

describe("starting and closing", () => {
  it("does not spend money for strangers", async () => {
    await expect(start({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(start({ host: "example.com" })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("says that a port is taken", async () => {
    await using other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    await expect(start({ port })).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: `Port ${port} of 127.0.0.1 is taken.`,
    });
  });

  it("lets a running answer end before it closes", async () => {
    const rest = new AbortController();
    client.script = async function* () {
      yield { type: "text", text: "Hel" };
      await aborted(rest.signal);
      yield { type: "text", text: "lo" };
      yield END;
    };
    const gateway = await start();
    const answer = openai(gateway).chat.completions.create(ASK);
    await vi.waitUntil(() => client.asked.length === 1, DEADLINE);
    const closed = gateway[Symbol.asyncDispose]();
    rest.abort();
    expect((await answer).choices[0]?.message.content).toBe("Hello");
    await closed;
    await expect(fetch(`${gateway.url}/health`)).rejects.toThrow();
  });

  it("cancels what runs too long after it was told to close", async () => {
    client.script = (_, signal) => hanging(signal);
    const gateway = await start({ closeGraceMs: 10 });
    const answer = chat(gateway, { body: JSON.stringify(ASK) }).then(problem);
    await vi.waitUntil(() => client.asked.length === 1, DEADLINE);
    await gateway[Symbol.asyncDispose]();
    expect(await answer).toEqual({ status: 503, code: "DRAINING", param: null });
    client.script = () => answering("unused");
  });
});
