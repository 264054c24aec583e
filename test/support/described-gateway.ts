import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { FastifyInstance, RouteOptions } from "fastify";
import { expect } from "vitest";
import type { Gateway } from "../../node/src/gateway/gateway.ts";
import { openApiKeys } from "../../node/src/store/client/api-keys.ts";
import { openKeySpending } from "../../node/src/store/client/key-spending.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { QUICK } from "./staged-batches.ts";
import { type StagedGateway, stageGateway } from "./staged-gateway.ts";

export type Json = Record<string, unknown>;
/** An operation of an OpenAPI document. */
export interface Operation {
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Json }> };
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly object[];
  readonly responses: Record<string, { content?: Record<string, { schema: Json }>; headers: Json }>;
}
export interface ApiDocument {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Json> };
}

/** A gateway over a staged client, with an API key, and its own description of itself. */
export interface DescribedGateway extends AsyncDisposable {
  readonly staged: StagedGateway;
  readonly gateway: Gateway;
  readonly document: ApiDocument;
  /** Every method and path that its server has, by the server's own word. */
  readonly served: readonly string[];
  operation(path: string, method?: string): Operation;
  /** What is wrong with a value by a schema of the document. */
  wrongBy(schema: Json, value: unknown): unknown;
  /** Calls a route, and holds status, headers and body against what the document says of it. */
  held(operation: Operation, path: string, call?: Call): Promise<{ readonly status: number; readonly text: string }>;
}

interface Call {
  readonly method?: string;
  readonly body?: object | string | FormData;
  readonly headers?: Record<string, string>;
}

/** The API key that it asks for. */
export const KEY = "sk-test";

export async function describedGateway(): Promise<DescribedGateway> {
  const stack = new AsyncDisposableStack();
  const staged = stack.use(stageGateway());
  const db = stack.use(openDatabase(staged.memory.path, { beside: true }));
  const keys = openApiKeys(db);
  keys.add({ name: "team", budget: undefined, models: undefined, perMinute: 1000, expiresAtMs: undefined }, KEY, 0);
  const served: string[] = [];
  const onServer = (message: unknown): void => {
    const { fastify } = message as { readonly fastify: FastifyInstance };
    fastify.addHook("onRoute", ({ method, url }: RouteOptions) => {
      served.push(...[method].flat().map((one) => `${one} ${url}`));
    });
  };
  subscribe("fastify.initialization", onServer);
  const metrics = async () => ({ type: "text/plain", body: "up 1\n" });
  const store = { keys, spending: openKeySpending(db), chargeOf: () => undefined };
  const batches = staged.memory.batches({ settings: QUICK });
  const gateway = await staged.start({ keys: store, metrics, batches, maxConcurrent: 4 });
  unsubscribe("fastify.initialization", onServer);
  const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as ApiDocument;
  const wrongBy = checker(document);
  return {
    ...{ staged, gateway, document, served, wrongBy },
    operation: (path, method = "get") =>
      document.paths[path]?.[method] ?? expect.fail(`${method} ${path} is not described`),
    held: (operation, path, call = {}) => holdCall({ url: gateway.url, wrongBy }, operation, path, call),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function checker({ components }: ApiDocument): DescribedGateway["wrongBy"] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(strict({ $id: "api", components }));
  const checks = new Map<string, ValidateFunction>();
  return (schema, value) => {
    const text = JSON.stringify(strict(schema)).replaceAll('"#/', '"api#/');
    const check = checks.get(text) ?? ajv.compile(JSON.parse(text) as Json);
    checks.set(text, check);
    return check(value) ? [] : check.errors;
  };
}

/** The same schemas, of which nothing that they do not name is right: what an answer has and the document does not, fails. */
function strict(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema), (_, value: Json) =>
    value !== null && value["type"] === "object" && "properties" in value && !("additionalProperties" in value)
      ? { ...value, additionalProperties: false }
      : value,
  ) as Json;
}

async function holdCall(
  { url, wrongBy }: { readonly url: string } & Pick<DescribedGateway, "wrongBy">,
  operation: Operation,
  path: string,
  { method = "GET", body, headers = {} }: Call,
) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${KEY}`,
      ...(body !== undefined && !(body instanceof FormData) && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && {
      body: typeof body === "string" || body instanceof FormData ? body : JSON.stringify(body),
    }),
  });
  const described = operation.responses[response.status] ?? operation.responses["default"];
  const ours = [...response.headers.keys()].filter((name) =>
    /^(x-lloom|x-ratelimit|x-should|x-request|idempotent|retry|age$)/.test(name),
  );
  expect(Object.keys(described?.headers ?? {}), path).toEqual(expect.arrayContaining(ours));
  const text = await response.text();
  const type = (response.headers.get("content-type") ?? "").split(";", 1)[0] ?? "";
  const schema = described?.content?.[type]?.schema;
  if (schema === undefined)
    expect.fail(`${method} ${path} answered ${response.status} with ${type}, which is not described`);
  if (type !== "text/event-stream") {
    expect(
      wrongBy(schema, type === "application/json" ? JSON.parse(text) : text),
      `${method} ${path}: ${text}`,
    ).toEqual([]);
    return { status: response.status, text };
  }
  const failure = operation.responses["default"]?.content?.["application/json"]?.schema as Json;
  for (const [, event, data = ""] of text.matchAll(/^(?:event: (.+)\n)?data: (.+)$/gm)) {
    const of = event === "error" && !data.includes('"sequence_number"') ? failure : (schema["contentSchema"] as Json);
    if (data !== "[DONE]") expect(wrongBy(of, JSON.parse(data)), data).toEqual([]);
  }
  return { status: response.status, text };
}
