import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ROOT } from "../checkout/paths.ts";
import { rpcTransport } from "./rpc-transport.ts";

const SECRETS = ["pAth-5ecret", "qu3ry-5ecret", "us3r-name", "pa55-word"];
const [PATH, QUERY, USER, WORD] = SECRETS;
const AUTHORIZATION = `Basic ${Buffer.from(`${USER}:${WORD}`).toString("base64")}`;
const ASKED = { method: "eth_getLogs", params: [{ fromBlock: "0x0", toBlock: "0xff" }] };
const stack: (() => void)[] = [];
afterEach(() => {
  for (const close of stack.splice(0)) close();
});

/** Asks a server that does so; what came of it. */
async function asked(listener: RequestListener, call: object = ASKED, timeout = 10_000): Promise<unknown> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const transport = rpcTransport(`http://${USER}:${WORD}@127.0.0.1:${port}/eth/${PATH}?key=${QUERY}`);
  return transport({ retryCount: 0, timeout }).request(call as never);
}

/** Everything that a log could show of an error. */
function shown(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error);
  const own = Reflect.ownKeys(error).map((key) => String(Reflect.get(error, key)));
  return [...own, shown(error.cause ?? null)].join("\n");
}

const words = (url: string | undefined): string => `eth_getLogs: no more than 10 blocks for ${url}`;

describe("the chain's RPC server for Ponder", () => {
  it("gets the user and the password, the key in the path and the one in the query", async () => {
    const seen: unknown[] = [];
    const answer = await asked(({ url, headers }, response) => {
      seen.push(url, headers.authorization);
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: [] }));
    });
    expect([answer, seen]).toEqual([[], [`/eth/${PATH}?key=${QUERY}`, AUTHORIZATION]]);
  });

  it("is not asked for all receipts of a block", async () => {
    let calls = 0;
    const counting: RequestListener = (_, response) => {
      calls++;
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: [] }));
    };
    const refused = asked(counting, { method: "eth_getBlockReceipts", params: ["0x12"] });
    // Ponder asks for them one by one at once if it hears this.
    await expect(refused).rejects.toMatchObject({ code: -32_601 });
    expect(calls).toBe(0);
  });

  it.each<readonly [string, RequestListener, object]>([
    [
      "a status",
      ({ url }, response) => response.writeHead(429).end(JSON.stringify({ error: words(url) })),
      {
        name: "HttpRequestError",
        status: 429,
        details: expect.stringContaining("eth_getLogs: no more than 10 blocks"),
      },
    ],
    [
      "an error",
      ({ url }, response) =>
        response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code: -32_005, message: words(url) } })),
      { code: -32_005, details: expect.stringContaining("eth_getLogs: no more than 10 blocks") },
    ],
    ["no JSON", ({ url }, response) => response.end(`<html>${words(url)}</html>`), { name: expect.any(String) }],
    ["a cut connection", (_, response) => response.destroy(), { name: "HttpRequestError" }],
    ["silence", () => undefined, { name: "TimeoutError" }],
  ])(
    "fails by %s with its kind and its words, and without what is secret in its address",
    async (_, listener, kind) => {
      const error = await asked(listener, ASKED, 500).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject(kind);
      for (const secret of [...SECRETS, AUTHORIZATION]) expect(shown(error)).not.toContain(secret);
    },
  );

  it("leaves what was asked as it is, to be asked again", async () => {
    await asked((_, response) => response.destroy()).catch(() => undefined);
    expect(ASKED).toEqual({ method: "eth_getLogs", params: [{ fromBlock: "0x0", toBlock: "0xff" }] });
  });
});

/** More than Ponder asks a server that it does not know within one second. */
const QUESTIONS = 100;

type CreateRpc = (parts: object) => { request: (body: object) => Promise<unknown> };
const PONDER_RPC = pathToFileURL(join(ROOT, "node_modules/ponder/dist/esm/rpc/index.js")).href;

describe("Ponder's own pace", () => {
  it("gives way on this machine: all that is asked in one second is answered in it", async () => {
    const { createRpc } = (await import(/* @vite-ignore */ PONDER_RPC)) as { createRpc: CreateRpc };
    const server = createServer((_, response) =>
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: "0x1" })),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stack.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const quiet = Object.fromEntries(
      ["trace", "debug", "info", "warn", "error"].map((level) => [level, () => undefined]),
    );
    const metric = { observe: () => undefined, inc: () => undefined };
    const metrics = { ponder_rpc_request_duration: metric, ponder_rpc_request_error_total: metric };
    // Its seconds are this clock's: it never comes to the next one.
    vi.useFakeTimers({ toFake: ["Date"], now: 1_893_456_000_000 });
    stack.push(() => vi.useRealTimers());
    const rpc = createRpc({
      common: { logger: quiet, metrics, shutdown: { add: () => undefined } },
      chain: { id: 31_337, name: "lloom", rpc: rpcTransport(`http://127.0.0.1:${port}`) },
    });
    const answers = await Promise.all(
      Array.from({ length: QUESTIONS }, () => rpc.request({ method: "eth_chainId", params: [] })),
    );
    expect(new Set(answers)).toEqual(new Set(["0x1"]));
  });
});
