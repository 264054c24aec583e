import { request } from "node:http";
import { afterEach, expect, it } from "vitest";
import { openObservationServer } from "./observation-server.ts";

const metrics = { text: async () => ({ type: "text/plain", body: "lloom_ready 1\n" }) };
let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

const open = async (ready: Parameters<typeof openObservationServer>[0]["ready"], port = 0) =>
  stack.use(await openObservationServer({ host: "127.0.0.1", port, metrics, ready }));
const isReady = async () => ({ status: "ready" }) as const;

it("tells metrics, that it lives, and whether it is ready with the reason when not", async () => {
  let reason: string | undefined = "No peer.";
  const { url } = await open(async () => (reason === undefined ? { status: "ready" } : { status: "waiting", reason }));
  expect(await (await fetch(`${url}/metrics`)).text()).toBe("lloom_ready 1\n");
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok" });
  const waiting = await fetch(`${url}/ready`);
  expect([waiting.status, await waiting.json()]).toEqual([503, { status: "waiting", reason: "No peer." }]);
  reason = undefined;
  expect((await fetch(`${url}/ready`)).status).toBe(200);
});

it("answers nothing else, and nobody who came by another name", async () => {
  const { url } = await open(isReady);
  expect((await fetch(`${url}/`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(405);
  const status = await new Promise<number | undefined>((resolve, reject) =>
    request(`${url}/metrics`, { headers: { host: "rebound.example" } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end(),
  );
  expect(status).toBe(403);
});

it("says when its port is taken, and how to choose another", async () => {
  const { url } = await open(isReady);
  const again = open(isReady, Number(new URL(url).port));
  await expect(again).rejects.toMatchObject({ code: "PORT_TAKEN", next: expect.stringContaining("--metrics-port") });
});
