import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterAll, expect, test } from "vitest";
import { never, startHost, until } from "../../../../test/support/hosts.ts";
import { connect } from "./dial.ts";

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());
const host = async (options: Parameters<typeof startHost>[0] = {}) => stack.use(await startHost(options));

/** A port that takes connections and says nothing. */
async function silentPort(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on("error", () => undefined)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stack.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `/ip4/127.0.0.1/tcp/${(server.address() as { port: number }).port}`;
}

test("a silent address before the good one does not hide it", async () => {
  const [client, peer] = [await host(), await host()];
  const silent = await Promise.all(Array.from({ length: 3 }, silentPort));
  const multiaddrs = [...silent.map((address) => `${address}/p2p/${peer.peerId}`), ...peer.multiaddrs()];
  // The host's own deadline is far shorter than what the silent ones would take one after the other.
  await connect(client, { peerId: peer.peerId, multiaddrs }, never);
  expect(client.connected()).toContain(peer.peerId);
});

test("whoever has less patience than the host gives a silent address up", async () => {
  const client = await host({ limits: { dialTimeoutMs: 3_600_000 } });
  const target = { peerId: (await host()).peerId, multiaddrs: [await silentPort()] };
  await expect(connect(client, target, never, 50.5)).rejects.toMatchObject({ code: "EXECUTOR_UNREACHABLE" });
});

test("another peer at the address is not taken for it", async () => {
  const [client, peer, other] = [await host({ limits: { dialTimeoutMs: 1_500 } }), await host(), await host()];
  const multiaddrs = other.multiaddrs().map((address) => address.replace(other.peerId, peer.peerId));
  await expect(connect(client, { peerId: peer.peerId, multiaddrs }, never)).rejects.toMatchObject({
    code: "EXECUTOR_UNREACHABLE",
  });
  expect(client.connected()).toEqual([]);
});

test("a peer that moved is found again by its id", async () => {
  const middle = await host();
  const bootstrap = middle.multiaddrs();
  const secret = randomBytes(32);
  const client = await host({ bootstrap });
  const before = await startHost({ secret, bootstrap });
  const stale = { peerId: before.peerId, multiaddrs: before.multiaddrs() };
  await until("all are connected", () => middle.peers() === 2);
  await connect(client, stale, never);
  await before[Symbol.asyncDispose]();
  await until("it is gone", () => !client.connected().includes(stale.peerId) && middle.peers() === 1);
  await host({ secret, bootstrap });
  await until("it is back", () => middle.connected().includes(stale.peerId));
  const find = async () => {
    await connect(client, stale, never).catch(() => undefined);
    return client.connected();
  };
  await expect.poll(find, { timeout: 20_000 }).toContain(stale.peerId);
});
