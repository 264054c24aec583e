import { describe, expect, it } from "vitest";
import { never, targetOf, until } from "../../../../test/support/hosts.ts";
import { openHost } from "../../../../test/support/open-host.ts";
import { connect } from "./dial.ts";
import type { Host } from "./host.ts";

async function dialled(host: Host): Promise<Host> {
  const peer = await openHost({ listen: [] });
  await connect(peer, targetOf(host), never);
  return peer;
}

describe("a host that strangers crowd", () => {
  it("gives a new one the place of the oldest, and keeps those that do business", async () => {
    const host = await openHost({ limits: { mostStrangers: 2 } });
    const client = await dialled(host);
    await until("it is connected", () => host.connected().includes(client.peerId));
    host.know(client.peerId);
    const strangers: Host[] = [];
    for (let count = 0; count < 4; count++) {
      const stranger = await dialled(host);
      strangers.push(stranger);
      await until("it is connected", () => host.connected().includes(stranger.peerId));
    }
    await until("there are three", () => host.peers() === 3);
    const [, , third, fourth] = strangers.map(({ peerId }) => peerId);
    expect(new Set(host.connected())).toEqual(new Set([client.peerId, third, fourth]));
  });
});

describe("a host that one peer dials again and again", () => {
  it("takes so many connections of it, and others' too", async () => {
    const host = await openHost({ limits: { connectionsPerPeer: 2 } });
    const peer = await openHost({ listen: [] });
    const dial = () =>
      peer.libp2p.dial(host.libp2p.getMultiaddrs(), { signal: AbortSignal.timeout(5_000), force: true });
    await dial();
    await dial();
    for (let more = 0; more < 3; more++) await dial().catch(() => undefined);
    await until(
      "the others are cut",
      () => peer.libp2p.getConnections().filter(({ status }) => status === "open").length === 2,
    );
    expect(host.libp2p.getConnections().length).toBe(2);
    await dialled(host);
    await until("another peer is let in", () => host.peers() === 2);
  });
});
