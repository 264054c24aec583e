import { expect, it } from "vitest";
import { never, startHost, targetOf, until } from "../../../../test/support/hosts.ts";
import { openHost } from "../../../../test/support/open-host.ts";
import { connect } from "./dial.ts";
import type { Host } from "./host.ts";

/** Peers of which a host remembers something, once no more are forgotten. */
async function remembered(host: Host, count: number): Promise<Set<string>> {
  const all = async (): Promise<string[]> => (await host.libp2p.peerStore.all()).map(({ id }) => id.toString());
  let names = await all();
  await until(`it remembers ${count}`, async () => {
    names = await all();
    return names.length === count;
  });
  return new Set(names);
}

/** A peer that dials, is identified, and leaves. */
async function comeAndGo(host: Host, listen: string[], secret?: Uint8Array): Promise<string> {
  const peer = await startHost({ listen, ...(secret && { secret }) });
  await connect(peer, targetOf(host), never);
  const isIdentified = async (): Promise<boolean> => {
    const entry = (await host.libp2p.peerStore.all()).find(({ id }) => id.toString() === peer.peerId);
    return entry !== undefined && entry.protocols.length > 0 && entry.addresses.length === listen.length;
  };
  await until("it is identified", isIdentified);
  await peer[Symbol.asyncDispose]();
  await until("it has left", () => !host.connected().includes(peer.peerId));
  return peer.peerId;
}

it("a host remembers few of those that only dialled, and more of those that listen", async () => {
  const host = await openHost({ limits: { departedDialers: 1, departedListeners: 2 } });
  const here = await openHost({ listen: [] });
  await connect(here, targetOf(host), never);
  const listeners: string[] = [];
  for (let count = 0; count < 3; count++) listeners.push(await comeAndGo(host, ["/ip4/127.0.0.1/tcp/0"]));
  const dialers: string[] = [];
  for (let count = 0; count < 4; count++) dialers.push(await comeAndGo(host, []));
  expect(await remembered(host, 4)).toEqual(new Set([here.peerId, ...listeners.slice(1), ...dialers.slice(3)]));
});

it("a host forgets nobody who came back", async () => {
  const host = await openHost({ limits: { departedDialers: 1 } });
  const secret = new Uint8Array(32).fill(7);
  const first = await comeAndGo(host, [], secret);
  const back = await openHost({ listen: [], secret });
  await connect(back, targetOf(host), never);
  await until("it is back", () => host.connected().includes(first));
  const dialers: string[] = [];
  for (let count = 0; count < 3; count++) dialers.push(await comeAndGo(host, []));
  expect(await remembered(host, 2)).toEqual(new Set([first, ...dialers.slice(2)]));
});
