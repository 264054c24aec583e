import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import { createLog } from "../log.ts";
import { PROBES, type ServedFact } from "../primitives/probes.ts";
import { traceIds } from "../primitives/trace-ids.ts";
import { openTraces } from "./traces.ts";

const HASH = `0x${"ab".repeat(32)}` as const;
const served: ServedFact = {
  ...{ model: "m", startedAtMs: 1_000, firstTextAtMs: 1_500, endedAtMs: 3_000, beganAtMs: 1_250 },
  ...{ code: undefined, finishReason: "stop", inboundTokens: 7, outboundTokens: 5, cost: 42n },
  ...{ requestHash: HASH, backend: "scripted" },
};
const log = createLog({ level: "silent", name: "test" });
let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
});

it("sends what was not sent yet when a node stops, to the path that OTLP has", async () => {
  const came: { url: string | undefined; body: string }[] = [];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      came.push({ url: request.url, body });
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  {
    await using _traces = await openTraces({ role: "executor", version: "1", endpoint, log });
    PROBES.served.tell(served);
  }
  PROBES.served.tell(served);
  expect(came.map(({ url }) => url)).toEqual(["/v1/traces"]);
  const [{ body = "" } = {}] = came;
  expect(body.match(/"traceId":"([^"]*)"/g)).toEqual(
    Array.from({ length: 3 }, () => `"traceId":"${HASH.slice(2, 34)}"`),
  );
  expect(body).toContain('"lloom-executor"');
  // The backend was told this one as the parent of its own.
  expect(body).toContain(`"spanId":"${traceIds(HASH).backend}"`);
});

it("holds no node back when nobody takes them", async () => {
  server = createServer(() => undefined);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const traces = await openTraces({ role: "executor", version: "1", endpoint, log });
  PROBES.served.tell(served);
  // Longer than this the exporter itself would try.
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("still waiting")), 8_000).unref());
  await Promise.race([traces[Symbol.asyncDispose](), late]);
});
