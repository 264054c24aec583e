import { vectorLine } from "@lloom/protocol/form/vectors";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type ApiDocument,
  type DescribedGateway,
  describedGateway,
  type Json,
  KEY,
} from "../../../../test/support/described-gateway.ts";
import { BATCH_DEADLINE, line } from "../../../../test/support/staged-batches.ts";
import { answering, END, EXECUTOR, failing, hanging } from "../../../../test/support/staged-client.ts";
import { LloomError } from "../../errors.ts";

const MESSAGES = [{ role: "user", content: "Hello" }];

let api: DescribedGateway;
beforeAll(async () => {
  api = await describedGateway();
});
afterAll(() => api[Symbol.asyncDispose]());

describe("/openapi.json", () => {
  it("is OpenAPI 3.1 by a validator's word, with the address by which it was asked", async () => {
    const validator = new Validator();
    expect(await validator.validate(JSON.parse(JSON.stringify(api.document)))).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
    expect(api.document.servers).toEqual([{ url: api.gateway.url }]);
    const secure = await fetch(`${api.gateway.url}/openapi.json`, { headers: { "x-forwarded-proto": "https" } });
    expect(((await secure.json()) as ApiDocument).servers[0]?.url).toBe(api.gateway.url.replace("http:", "https:"));
  });

  it("has every route and method that the server has, and no others", () => {
    const described = Object.entries(api.document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "{}")}`),
    );
    const routes = api.served
      .filter((route) => !route.startsWith("HEAD "))
      .map((route) => route.replaceAll(/\*|:\w+/g, "{}"));
    expect(described.sort()).toEqual(routes.sort());
    expect(routes.length).toBeGreaterThanOrEqual(12);
  });

  it("gives every operation a name of its own, a summary, and an answer", () => {
    const operations = Object.values(api.document.paths).flatMap((methods) => Object.values(methods));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { operationId, summary, responses } of operations) {
      expect(summary, operationId).toMatch(/^[A-Z].{10,}[^.]$/);
      expect(Object.keys(responses), operationId).toEqual(expect.arrayContaining(["200", "default"]));
    }
  });

  it("says which routes ask for no API key, as they do", async () => {
    for (const [path, methods] of Object.entries(api.document.paths))
      for (const [method, { security }] of Object.entries(methods)) {
        const at = `${api.gateway.url}${path.replace("{model}", "lloom-tiny")}`;
        const { status } = await fetch(at, { method: method.toUpperCase() });
        expect(status === 401, `${method} ${path} answered ${status}`).toBe(security === undefined);
      }
  });
});

describe("what the gateway really answers", () => {
  it.each([
    ["/v1/models", "/v1/models"],
    ["/v1/models/{model}", "/v1/models/lloom-tiny"],
    ["/v1/models/{model}", "/v1/models/meta-llama/Llama-3.2"],
    ["/v1/models/{model}", "/v1/models/nobody-has-it"],
    ["/v1/key", "/v1/key"],
    ["/v1/usage", "/v1/usage?days=7"],
    ["/v1/usage", "/v1/usage?days=401"],
    ["/health", "/health"],
    ["/ready", "/ready"],
    ["/metrics", "/metrics"],
    ["/openapi.json", "/openapi.json"],
    ["/llms.txt", "/llms.txt"],
    ["/.well-known/agent-card.json", "/.well-known/agent-card.json"],
  ])("is what the document says of %s: GET %s", async (path, asked) => {
    await api.held(api.operation(path), asked);
  });

  it("is what the document says of MCP: a result, a failure of the protocol, a call that is none", async () => {
    const path = "/mcp";
    const headers = { accept: "application/json, text/event-stream" };
    for (const body of [{ method: "tools/list" }, { method: "nothing/of/that/name" }, { params: {} }]) {
      const asked = { jsonrpc: "2.0", id: 1, ...body };
      await api.held(api.operation(path, "post"), path, { method: "POST", body: asked, headers });
    }
    await api.held(api.operation(path, "post"), path, { method: "POST", body: "{", headers });
  });

  /** Every API, with the least body that it takes. */
  const APIS: readonly (readonly [string, Json])[] = [
    ["/v1/chat/completions", { model: "lloom-tiny", messages: MESSAGES }],
    ["/v1/completions", { model: "lloom-tiny", prompt: "Hello" }],
    ["/v1/responses", { model: "lloom-tiny", input: "Hello" }],
    ["/v1/messages", { model: "lloom-tiny", max_tokens: 9, messages: MESSAGES }],
  ];

  it.each(APIS)(
    "is what the document says of %s: whole, streamed, several, with functions, and with log probabilities",
    async (path, body) => {
      const post = api.operation(path, "post");
      const ask = (more: Json, headers: Record<string, string> = {}) =>
        api.held(post, path, { method: "POST", body: { ...body, ...more }, headers });
      const odd = { bytes: [72, 105], logprob: -20, isText: true, likeliest: [{ bytes: [72, 105], logprob: -20 }] };
      api.staged.client.script = () => answering("Hi");
      for (const stream of [false, true]) expect((await ask({ stream })).status).toBe(200);
      await ask({}, { "idempotency-key": path });
      await ask({}, { "idempotency-key": path });
      api.staged.client.script = async function* () {
        yield {
          type: "executor",
          executor: EXECUTOR,
          signed: { offer: { weightsHash: END.weightsHash } } as never,
          attempt: 1,
        };
        yield { type: "signed", requestHash: END.requestHash };
        yield { type: "text", text: "Hi" };
        yield {
          ...END,
          odds: [odd],
          copies: [
            { ...END, agrees: true },
            { ...END, agrees: false },
          ],
        };
      };
      const odds: Json =
        path === "/v1/chat/completions"
          ? { logprobs: true, top_logprobs: 1 }
          : path === "/v1/completions"
            ? { logprobs: 1 }
            : path === "/v1/responses"
              ? { top_logprobs: 1 }
              : {};
      for (const stream of [false, true]) expect((await ask({ stream, ...odds })).status).toBe(200);
    },
  );

  it("is what the document says of calls of functions, and of several answers", async () => {
    const path = "/v1/chat/completions";
    const tools = [{ type: "function", function: { name: "find", parameters: { type: "object", properties: {} } } }];
    const call = '<tool_call>\n{"name":"find","arguments":{}}\n</tool_call>';
    for (const stream of [false, true]) {
      api.staged.client.script = () => answering(call);
      const body = { model: "lloom-tiny", messages: MESSAGES, stream };
      const { text } = await api.held(api.operation(path, "post"), path, { method: "POST", body: { ...body, tools } });
      expect(text).toContain('"tool_calls":[');
      api.staged.client.script = async function* () {
        for (const choice of [0, 1]) {
          yield { type: "text", text: "Hi", choice };
          yield { ...END, choice };
        }
      };
      await api.held(api.operation(path, "post"), path, {
        method: "POST",
        body: { ...body, n: 2, stream_options: { include_usage: true } },
      });
    }
  });

  it("is what the document says of vectors: as numbers, as base64, of no text at all", async () => {
    const path = "/v1/embeddings";
    const vector = vectorLine([3, 4]) ?? expect.fail("It is one.");
    api.staged.client.script = () => answering(vector);
    const ask = (change: Json) =>
      api.held(api.operation(path, "post"), path, {
        method: "POST",
        body: { model: "lloom-tiny", input: "Hi", ...change },
      });
    for (const encoding_format of ["float", "base64"]) expect((await ask({ encoding_format })).status).toBe(200);
    expect((await ask({ input: [] })).status).toBe(400);
  });

  it("is what the document says of files and batches: each of their routes, and what they refuse", async () => {
    const call = async (method: string, path: string, asked = path, body?: object) => {
      const held = await api.held(api.operation(path, method.toLowerCase()), asked, {
        method,
        ...(body && { body }),
      });
      return { status: held.status, told: held.text.startsWith("{") ? (JSON.parse(held.text) as Json) : {} };
    };
    const form = (purpose: string): FormData => {
      const sent = new FormData();
      sent.append("purpose", purpose);
      sent.append("file", new File([`${line("one")}\n`], "asks.jsonl"));
      return sent;
    };
    api.staged.client.script = () => answering("Hi");
    const file = String((await call("POST", "/v1/files", "/v1/files", form("batch"))).told["id"]);
    expect((await call("POST", "/v1/files", "/v1/files", form("fine-tune"))).status).toBe(400);
    const terms = { endpoint: "/v1/chat/completions", completion_window: "24h", input_file_id: file };
    const made = await call("POST", "/v1/batches", "/v1/batches", { ...terms, provider: { max_price: { prompt: 5 } } });
    const batch = String(made.told["id"]);
    expect((await call("POST", "/v1/batches", "/v1/batches", { ...terms, completion_window: "1y" })).status).toBe(400);
    const ended = await vi.waitFor(async () => {
      const { told } = await call("GET", "/v1/batches/{batch_id}", `/v1/batches/${batch}`);
      expect(told["status"]).toBe("completed");
      return told;
    }, BATCH_DEADLINE);
    const output = `/v1/files/${String(ended["output_file_id"])}`;
    const content = "/v1/files/{file_id}/content";
    const statuses: number[] = [];
    for (const [method, path, asked] of [
      ["GET", "/v1/batches", "/v1/batches?limit=1"],
      ["POST", "/v1/batches/{batch_id}/cancel", `/v1/batches/${batch}/cancel`],
      ["GET", "/v1/files", "/v1/files?order=asc&purpose=batch"],
      ["GET", "/v1/files", "/v1/files?limit=0"],
      ["GET", "/v1/files/{file_id}", output],
      ["GET", content, `${output}/content`],
      ["GET", content, "/v1/files/file-none/content"],
      ["DELETE", "/v1/files/{file_id}", output],
    ] as const)
      statuses.push((await call(method, path, asked)).status);
    expect(statuses).toEqual([200, 409, 200, 400, 200, 200, 404, 200]);
  });

  it("tells the headers of answers that were given before", () => {
    const { headers } = api.operation("/v1/chat/completions", "post").responses["200"] ?? expect.fail("It answers.");
    expect(Object.keys(headers)).toEqual(expect.arrayContaining(["x-lloom-cache", "age"]));
  });

  it.each(APIS)("goes by the document's word about the bodies of %s", async (path, body) => {
    const schema = api.operation(path, "post").requestBody?.content["application/json"]?.schema ?? {};
    expect(api.wrongBy(schema, body)).toEqual([]);
    const { model: _, ...without } = body;
    const wrong = [without, { ...body, temperature: 9 }, { ...body, stop: 7 }, { ...body, seed: "x" }];
    // Anthropic's has another name for the strings that stop an answer.
    for (const one of path === "/v1/messages" ? wrong.slice(0, 2) : wrong) {
      expect(api.wrongBy(schema, one), JSON.stringify(one)).not.toEqual([]);
      expect((await api.held(api.operation(path, "post"), path, { method: "POST", body: one })).status).toBe(400);
    }
  });

  it.each(APIS)(
    "is what the document says of failures of %s, before an answer and in its middle",
    async (path, body) => {
      const post = api.operation(path, "post");
      const ask = (change: Json | string, headers: Record<string, string> = {}) =>
        api.held(post, path, {
          method: "POST",
          body: typeof change === "string" ? change : { ...body, ...change },
          headers,
        });
      const statuses: number[] = [];
      const note = async (asked: Promise<{ readonly status: number }>): Promise<void> => {
        statuses.push((await asked).status);
      };
      await note(ask("{"));
      await note(ask({ temperature: 9 }));
      await note(ask({}, { authorization: "Bearer wrong" }));
      await note(ask("{}", { "content-type": "text/plain" }));
      for (const code of [
        "INSUFFICIENT_FUNDS",
        "NO_EXECUTOR",
        "MODEL_NOT_FOUND",
        "EXECUTOR_TIMEOUT",
        "INTERNAL",
      ] as const) {
        api.staged.client.script = () => failing(new LloomError(code, "It failed."));
        await note(ask({}));
        api.staged.client.script = () => failing(new LloomError(code, "It failed."), "Some ", "text");
        await note(ask({ stream: true }));
      }
      expect([...new Set(statuses)].sort()).toEqual([200, 400, 401, 402, 404, 415, 500, 503, 504]);
      // Each of them by its number, and not only as any other failure.
      expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(statuses.map(String)));
    },
  );

  it("is what the document says of a gateway that is busy, or waits for offers", async () => {
    const path = "/v1/completions";
    const post = api.operation(path, "post");
    const leave = new AbortController();
    api.staged.client.script = (_, signal) => hanging(signal, "Hi");
    const busy = fetch(`${api.gateway.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "lloom-tiny", prompt: "Hello", stream: true, n: 4 }),
      signal: leave.signal,
    });
    await busy;
    expect(
      (await api.held(post, path, { method: "POST", body: { model: "lloom-tiny", prompt: "Hello" } })).status,
    ).toBe(429);
    leave.abort();
    const { offered } = api.staged.client;
    api.staged.client.offered = [];
    expect((await api.held(api.operation("/ready"), "/ready")).status).toBe(503);
    api.staged.client.offered = offered;
  });
});
