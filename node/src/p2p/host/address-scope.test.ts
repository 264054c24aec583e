import { multiaddr } from "@multiformats/multiaddr";
import { describe, expect, it } from "vitest";
import { targetOf } from "../../../../test/support/hosts.ts";
import { openHost } from "../../../../test/support/open-host.ts";
import { AddressScope } from "./address-scope.ts";
import { connect } from "./dial.ts";

const PEER = "16Uiu2HAm3NY6zCbaNLqE8ZCdmX3pGAYw3cYYAT3dWSAjjGFpcLdm";
const MACHINE = multiaddr("/ip4/127.0.0.1/tcp/4001");
const SITE = multiaddr("/ip4/192.168.1.5/tcp/4001");
const PUBLIC = multiaddr("/ip4/203.0.113.7/tcp/4001");
const never = new AbortController().signal;
const told = (scope: AddressScope, own: Parameters<AddressScope["announced"]>[0]): string[] =>
  scope.announced(own).map(String);

describe("what a node tells of its addresses", () => {
  it.each([
    ["all of a machine on its own", [], [MACHINE], [MACHINE]],
    ["none of loopback once it has a site's", [], [MACHINE, SITE], [SITE]],
    ["public ones alone once it has one", [], [MACHINE, SITE, PUBLIC], [PUBLIC]],
    ["nothing where its network is wider than all of them", [`${PUBLIC}/p2p/${PEER}`], [MACHINE, SITE], []],
    ["a site's to a network of that site", [`${SITE}/p2p/${PEER}`], [MACHINE, SITE], [SITE]],
  ])("is %s", (_, bootstrap, own, expected) => {
    const scope = new AddressScope({ bootstrap });
    expect(told(scope, own)).toEqual(expected.map(String));
    expect(scope.own).toEqual(own.map(String));
  });
});

describe("what a node dials of what others tell", () => {
  it("is no address that leads into somebody's machine or site from the internet", () => {
    const scope = new AddressScope({
      bootstrap: [`${PUBLIC}/p2p/${PEER}`],
      given: [`/ip4/10.0.0.9/tcp/1/p2p/${PEER}`],
    });
    expect([MACHINE, SITE, PUBLIC].map((address) => scope.mayDial(address))).toEqual([false, false, true]);
    // Its owner knows where that leads, and a neighbour has said itself that it is there.
    expect(scope.mayDial(multiaddr("/ip4/10.0.0.9/tcp/1"))).toBe(true);
    scope.addNeighbour([SITE]);
    expect(scope.mayDial(multiaddr(`${SITE}/p2p/${PEER}`))).toBe(true);
    expect(scope.meantOf({ id: undefined as never, multiaddrs: [MACHINE, SITE, PUBLIC] }).multiaddrs).toEqual([PUBLIC]);
  });

  it("is everything on a network of one machine", () => {
    const scope = new AddressScope({ bootstrap: [`${MACHINE}/p2p/${PEER}`] });
    scope.announced([MACHINE]);
    expect([MACHINE, SITE, PUBLIC].map((address) => scope.mayDial(address))).toEqual([true, true, true]);
  });
});

describe("hosts on one machine", () => {
  it("tell each other nothing private when one of them is on the internet, and do not dial it", async () => {
    const insider = await openHost();
    const outsider = await openHost({ announce: [String(PUBLIC)], limits: { dialTimeoutMs: 500 } });
    expect(outsider.multiaddrs()).toEqual([`${PUBLIC}/p2p/${outsider.peerId}`]);
    const failed = connect(outsider, targetOf(insider), never);
    await expect(failed).rejects.toMatchObject({ code: "EXECUTOR_UNREACHABLE" });
    expect(insider.peers()).toBe(0);
    // One that its owner names is dialled all the same.
    const bootstrapped = await openHost({ announce: [String(PUBLIC)], bootstrap: insider.multiaddrs() });
    await connect(bootstrapped, targetOf(insider), never);
    expect(bootstrapped.connected()).toEqual([insider.peerId]);
  });
});
