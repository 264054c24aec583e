import { executorKey, modelKey } from "@lloom/protocol/names";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NETWORK, never, silentLog, startHost, until } from "../../../../test/support/hosts.ts";
import type { Host } from "../host/host.ts";
import { announce, findPeers } from "./provider-records.ts";

let anchor: Host;

beforeAll(async () => {
  anchor = await startHost();
});
afterAll(async () => {
  await anchor[Symbol.asyncDispose]();
});

async function found(host: Host, key: string, timeoutMs = 3_000): Promise<string[]> {
  const peers: string[] = [];
  for await (const { peerId } of findPeers(host, key, AbortSignal.timeout(timeoutMs))) peers.push(peerId);
  return peers;
}

test("a client finds an executor through a third peer alone, with an address that can be dialled", async () => {
  await using executor = await startHost({ bootstrap: anchor.multiaddrs() });
  await using client = await startHost({ bootstrap: anchor.multiaddrs(), listen: [], dhtServer: false });
  const key = executorKey(NETWORK);
  await using announcement = announce(executor, { keys: [key, modelKey(NETWORK, "m")], log: silentLog, signal: never });
  await announcement.announced;
  expect([...announcement.announcedKeys()].sort()).toEqual([key, modelKey(NETWORK, "m")].sort());

  for await (const target of findPeers(client, key, AbortSignal.timeout(5_000))) {
    expect(target).toEqual({ peerId: executor.peerId, multiaddrs: [expect.stringMatching(/^\/ip4\/127\.0\.0\.1\//)] });
    break;
  }
  expect(await found(client, modelKey(NETWORK, "another"), 500)).toEqual([]);
});

test("an executor that starts before anyone else announces itself when the first peer comes", async () => {
  await using late = await startHost();
  const address = late.multiaddrs();
  await using executor = await startHost();
  await using announcement = announce(executor, { keys: [executorKey(NETWORK)], log: silentLog, signal: never });
  expect(announcement.announcedKeys()).toEqual([]);
  await executor.libp2p.dial((await import("@multiformats/multiaddr")).multiaddr(address[0]));
  await announcement.announced;
  expect(await found(late, executorKey(NETWORK))).toEqual([executor.peerId]);
});

test("peers that are already connected are found too, oneself is not", async () => {
  const key = modelKey(NETWORK, "connected");
  await using first = await startHost({ bootstrap: anchor.multiaddrs() });
  await using second = await startHost({ bootstrap: [...anchor.multiaddrs(), ...first.multiaddrs()] });
  await until("all are connected", () => second.peers() === 2);
  await using a = announce(first, { keys: [key], log: silentLog, signal: never });
  await using b = announce(second, { keys: [key], log: silentLog, signal: never });
  await Promise.all([a.announced, b.announced]);
  expect(await found(second, key)).toEqual([first.peerId]);
  expect(await found(first, key)).toEqual([second.peerId]);
});

test("an announcement that was stopped is told no more by its own node", async () => {
  const key = modelKey(NETWORK, "stopped");
  await using executor = await startHost();
  await using client = await startHost({ bootstrap: executor.multiaddrs() });
  await until("connected", () => executor.peers() === 1);
  const announcement = announce(executor, { keys: [key], log: silentLog, signal: never });
  await announcement.announced;
  await announcement.stop();
  const own: string[] = [];
  for await (const { peerId } of findPeers(executor, key, AbortSignal.timeout(500))) own.push(peerId);
  expect(own).toEqual([]);
  expect(client.peers()).toBe(1);
});

test("a search ends at its deadline, also when nobody is there, and throws nothing", async () => {
  await using alone = await startHost();
  const startMs = performance.now();
  expect(await found(alone, executorKey(NETWORK), 100)).toEqual([]);
  expect(performance.now() - startMs).toBeLessThan(10_000);
});
