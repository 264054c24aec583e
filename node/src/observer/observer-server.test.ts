import { request } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LloomError } from "../errors.ts";
import type { SmallServer } from "../primitives/small-server.ts";
import { hashOfModel } from "./changed-terms.ts";
import type { SheetWanted } from "./observer-options.ts";
import { type ObserverServerOptions, openObserverServer } from "./observer-server.ts";

const DAY = 86_400_000;
const EXECUTOR = `0x${"ab".repeat(20)}`;
const asked: SheetWanted[] = [];
let server: SmallServer;
let failure: LloomError | undefined;

const parts: ObserverServerOptions = {
  ...{ host: "127.0.0.1", port: 0, clock: () => 100.5 * DAY },
  observer: {
    sheet: (wanted) => {
      if (failure !== undefined) throw failure;
      asked.push(wanted);
      return JSON.stringify({ kind: wanted.kind });
    },
  },
  metrics: async () => ({ type: "text/plain", body: "lloom_ready 1\n" }),
  ready: async () => ({ status: "waiting", reason: "No peer." }),
};

beforeAll(async () => {
  server = await openObserverServer(parts);
});
afterAll(() => server[Symbol.asyncDispose]());

const get = (path: string) => fetch(`${server.url}${path}`);

it.each<[string, object]>([
  ["/v1/book", { kind: "book" }],
  [
    `/v1/book?model=tiny&executor=${EXECUTOR.toUpperCase().replace("0X", "0x")}`,
    { modelHash: hashOfModel("tiny"), executor: EXECUTOR },
  ],
  ["/v1/models", { kind: "models" }],
  ["/v1/executors", { kind: "executors" }],
  [`/v1/prices?model=${hashOfModel("tiny")}&days=7`, { modelHash: hashOfModel("tiny"), sinceMs: 93 * DAY }],
  [`/v1/uptime?executor=${EXECUTOR}`, { executor: EXECUTOR, sinceMs: 70 * DAY }],
])("tells the sheet of %s", async (path, wanted) => {
  const response = await get(path);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
  expect(asked.at(-1)).toMatchObject(wanted);
  expect(await response.json()).toEqual({ kind: asked.at(-1)?.kind });
});

it.each([
  ["/v1/prices", 400, "REQUEST_INVALID", /model is missing/],
  ["/v1/uptime?executor=0x12", 400, "REQUEST_INVALID", /must be an address/],
  [`/v1/uptime?executor=${EXECUTOR}&days=91`, 400, "REQUEST_INVALID", /1 to 90/],
  ["/v1/book?model=a&model=b", 400, "REQUEST_INVALID", /given twice/],
  ["/v1/book?limit=5", 400, "REQUEST_INVALID", /limit is not known/],
  [`/v1/book?model=${"a".repeat(300)}`, 400, "REQUEST_INVALID", /200 characters/],
  [`/v1/book?model=${"a".repeat(2_000)}`, 400, "REQUEST_INVALID", /too long/],
  ["/v2/book", 404, "ROUTE_NOT_FOUND", /no such sheet/],
])("refuses %s with what to do", async (path, status, code, message) => {
  const response = await get(path);
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({
    error: { code, message: expect.stringMatching(message), next: expect.stringMatching(/\.$/) },
  });
});

it("says how it stands", async () => {
  expect(await (await get("/health")).json()).toEqual({ status: "ok" });
  const ready = await get("/ready");
  expect([ready.status, await ready.json()]).toEqual([503, { status: "waiting", reason: "No peer." }]);
  expect(await (await get("/metrics")).text()).toBe("lloom_ready 1\n");
});

it("tells nobody what went wrong inside", async () => {
  failure = new LloomError("STORE_FAILED", "/home/somebody/observer.sqlite is damaged.", {
    next: "Restore /home/somebody.",
  });
  const response = await get("/v1/models");
  failure = undefined;
  expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining("somebody")]);
});

it("answers no page that calls it by another name, and nothing but GET", async () => {
  const hostile = request(`${server.url}/v1/models`, { headers: { host: "evil.example" } }).end();
  const status = await new Promise((resolve) => hostile.on("response", ({ statusCode }) => resolve(statusCode)));
  expect(status).toBe(400);
  expect((await fetch(`${server.url}/v1/models`, { method: "POST" })).status).toBe(400);
});

it("answers a bounded number of questions, and how it stands always", async () => {
  await using slow = await openObserverServer({ ...parts, rate: { perSecond: 1e-9, burst: 2 } });
  const statuses: number[] = [];
  for (const path of ["/v1/models", "/v1/models", "/v1/models", "/health"]) {
    const response = await fetch(`${slow.url}${path}`);
    statuses.push(response.status);
    if (response.status === 429) expect(response.headers.get("retry-after")).toBe("1");
  }
  expect(statuses).toEqual([200, 200, 429, 200]);
});

it("says that its port is taken", async () => {
  const port = Number(new URL(server.url).port);
  const second = openObserverServer({ ...parts, port });
  await expect(second).rejects.toMatchObject({ code: "PORT_TAKEN", next: expect.stringContaining("--observer-port") });
});
