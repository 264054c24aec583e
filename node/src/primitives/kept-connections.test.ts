import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KeptConnections } from "./kept-connections.ts";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const signal = AbortSignal.timeout(60_000);

/** What the server does with the call that comes as the so-manieth over a connection, from 1. */
type Reception = (socket: Socket, call: number) => void;

let server: Server;
let receive: Reception;
let connections: number;
/** Calls that came, over all connections. */
let calls: number;
beforeEach(async () => {
  [connections, calls] = [0, 0];
  server = createServer((socket) => {
    connections += 1;
    let call = 0;
    socket.on("error", () => undefined);
    socket.on("data", () => {
      call += 1;
      calls += 1;
      receive(socket, call);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  server.close();
});

const url = (): URL => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
async function call(kept: KeptConnections, onRepeat?: () => void): Promise<string> {
  const told = onRepeat === undefined ? {} : { onRepeat };
  const answer = await text(await kept.call({ url: url(), headers: {}, body: "{}", signal, ...told }));
  // The connection is idle a turn after the answer's end.
  await new Promise(setImmediate);
  return answer;
}

describe("connections that are kept", () => {
  it("carry one call after the other", async () => {
    using kept = new KeptConnections();
    receive = (socket) => socket.write(OK);
    for (let round = 0; round < 3; round++) expect(await call(kept)).toBe("ok");
    expect(connections).toBe(1);
  });

  it.each([
    ["closes", (socket: Socket) => socket.destroy()],
    ["resets", (socket: Socket) => socket.resetAndDestroy()],
  ])("are forgotten when the server %s an idle one, and the call is sent over a new one", async (_, cut) => {
    using kept = new KeptConnections();
    receive = (socket, nth) => (nth === 1 ? socket.write(OK) : cut(socket));
    const before: number[] = [];
    expect(await call(kept, () => void before.push(calls))).toBe("ok");
    expect(before).toEqual([]);
    expect(await call(kept, () => void before.push(calls))).toBe("ok");
    expect([calls, connections, before]).toEqual([3, 2, [2]]);
  });

  it("send nothing again that a new connection lost", async () => {
    using kept = new KeptConnections();
    receive = (socket) => socket.destroy();
    await expect(call(kept)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(calls).toBe(1);
  });

  it("send nothing again once a byte of the answer came", async () => {
    using kept = new KeptConnections();
    receive = (socket, nth) => (nth === 1 ? socket.write(OK) : socket.write("HTTP/1.1 2", () => socket.destroy()));
    await call(kept);
    await expect(call(kept)).rejects.toThrow();
    expect(calls).toBe(2);
  });

  it("send nothing a third time", async () => {
    using kept = new KeptConnections();
    receive = (socket) => (calls === 1 ? socket.write(OK) : socket.destroy());
    await call(kept);
    await expect(call(kept)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(calls).toBe(3);
  });
});
