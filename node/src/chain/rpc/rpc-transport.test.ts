import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { rpcEndpoint } from "./rpc-endpoint.ts";
import { RpcTransport } from "./rpc-transport.ts";

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A server that answers "ok", and what it does with each socket's nth request. */
async function listen(onRequest: (socket: Socket, nth: number) => "answer" | "cut" | "hang" | "half"): Promise<string> {
  const served = new WeakMap<Socket, number>();
  server = createServer((request, response) => {
    const nth = (served.get(request.socket) ?? 0) + 1;
    served.set(request.socket, nth);
    request.resume().on("end", () => {
      const deed = onRequest(request.socket, nth);
      if (deed === "cut") request.socket.resetAndDestroy();
      if (deed === "answer") response.end("ok");
      if (deed === "half")
        response.writeHead(200, { "content-length": 100 }).write("o", () => request.socket.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a connection that was closed while idle is no failure of the server", async () => {
  let cuts = 0;
  using transport = new RpcTransport(
    rpcEndpoint(
      await listen((_, nth) => {
        if (nth === 1) return "answer";
        cuts++;
        return "cut";
      }),
    ),
  );
  let repeats = 0;
  for (let call = 0; call < 5; call++) {
    const answer = await transport.post("{}");
    expect(answer).toMatchObject({ status: 200, text: "ok" });
    if ("isRepeat" in answer && answer.isRepeat) repeats++;
  }
  expect(cuts).toBeGreaterThan(0);
  expect(repeats).toBe(cuts);
});

test("a server that cuts new connections, or answers by half, gave no answer", async () => {
  using cutting = new RpcTransport(rpcEndpoint(await listen(() => "cut")));
  expect(await cutting.post("{}")).toEqual({ reason: "ECONNRESET" });
  server.close();
  using halving = new RpcTransport(rpcEndpoint(await listen(() => "half")));
  expect(await halving.post("{}")).toEqual({ reason: "ECONNRESET" });
});

test("an answer without an end is none, and is read no further", async () => {
  let isWriting = true;
  server = createServer((_, response) => {
    const piece = Buffer.alloc(4 * 1024 * 1024, "a");
    const more = (): void => void (isWriting && response.write(piece, more));
    response.on("close", () => {
      isWriting = false;
    });
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  using transport = new RpcTransport(rpcEndpoint(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  expect(await transport.post("{}")).toEqual({ reason: "the answer has no end" });
  await expect.poll(() => isWriting, { timeout: 20_000 }).toBe(false);
});

test("closing ends what hangs", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const url = await listen(() => {
    resolve();
    return "hang";
  });
  const transport = new RpcTransport(rpcEndpoint(url));
  const answer = transport.post("{}");
  await asked;
  transport[Symbol.dispose]();
  expect(await answer).toEqual({ reason: "ABORT_ERR" });
});
