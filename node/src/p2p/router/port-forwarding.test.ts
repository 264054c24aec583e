import { describe, expect, it, onTestFinished } from "vitest";
import { never, silentLog } from "../../../../test/support/hosts.ts";
import { type Igd, type IgdOptions, startIgd } from "../../../../test/support/igd.ts";
import { PortForwarding } from "./port-forwarding.ts";

const OWN = [
  "/ip4/127.0.0.1/tcp/4001/p2p/16Uiu2",
  "/ip4/127.0.0.1/udp/4003/webrtc-direct/certhash/uEi/p2p/16Uiu2",
  "/ip4/5.5.5.5/tcp/4009/p2p/16Uiu2/p2p-circuit",
  "/ip6/::1/tcp/4002",
];

async function home(options: Partial<IgdOptions> = {}): Promise<{ igd: Igd; forwarding: PortForwarding }> {
  const igd = await startIgd({ host: "127.0.0.1", outside: "203.0.113.7", ...options });
  onTestFinished(() => igd[Symbol.asyncDispose]());
  const forwarding = new PortForwarding({ log: silentLog, ssdp: igd.ssdp, side: "machine" });
  onTestFinished(() => forwarding[Symbol.asyncDispose]());
  return { igd, forwarding };
}

describe("a router that is asked to forward", () => {
  it("forwards every port for an hour, is asked again without a search, and gets them back", async () => {
    const { igd, forwarding } = await home();
    expect(await forwarding.forward(OWN, never)).toEqual({ type: "forwards" });
    const one = { client: "127.0.0.1", seconds: 3_600 };
    expect([...igd.mappings.values()]).toEqual([
      { ...one, protocol: "TCP", outer: 4001, port: 4001 },
      { ...one, protocol: "UDP", outer: 4003, port: 4003 },
    ]);
    igd.mappings.clear();
    await forwarding.forward(OWN, never);
    expect(igd.mappings.size).toBe(2);
    await forwarding[Symbol.asyncDispose]();
    expect(igd.mappings.size).toBe(0);
    expect(forwarding.isForwarding).toBe(false);
  });

  it("takes another port where one belongs to another machine, and that is the end of the address from then on", async () => {
    const { igd, forwarding } = await home({ refuse: ({ outer }) => (outer === 4001 ? 718 : undefined) });
    expect(await forwarding.forward(OWN, never)).toEqual({ type: "forwards" });
    const outer = [...igd.mappings.values()].find(({ port }) => port === 4001)?.outer;
    expect(outer).toBeGreaterThanOrEqual(20_000);
    expect(forwarding.outsideEnd("/tcp/4001/ws")).toBe(`/tcp/${outer}/ws`);
    expect(forwarding.outsideEnd("/udp/4001")).toBe("/udp/4001");
  });

  it("forwards without an end where it knows no leases", async () => {
    const { igd, forwarding } = await home({ refuse: ({ seconds }) => (seconds > 0 ? 725 : undefined) });
    expect(await forwarding.forward(OWN, never)).toEqual({ type: "forwards" });
    expect(igd.mappings.size).toBe(2);
  });

  it("refuses, with its reason", async () => {
    const { igd, forwarding } = await home({ refuse: () => 606 });
    expect(await forwarding.forward(OWN, never)).toEqual({
      type: "refuses",
      why: "said 606 (error 606 of UPnP)",
    });
    expect(igd.orders.filter((name) => name === "AddPortMapping")).toHaveLength(1);
    expect(forwarding.isForwarding).toBe(false);
  });

  it("is not asked when its own address is one of its provider's network", async () => {
    const { igd, forwarding } = await home({ outside: "100.64.3.2" });
    expect(await forwarding.forward(OWN, never)).toEqual({ type: "shared", address: "100.64.3.2" });
    expect(igd.orders).not.toContain("AddPortMapping");
  });

  it("is silent: nobody is there, its line is down, or it sends elsewhere", async () => {
    const nowhere = new PortForwarding({ log: silentLog, ssdp: { address: "127.0.0.1", port: 9 }, side: "machine" });
    const down = await home({ outside: "0.0.0.0" });
    const elsewhere = await home({ location: "http://192.0.2.1/desc.xml" });
    const all = [nowhere, down.forwarding, elsewhere.forwarding].map((one) => one.forward(OWN, never));
    expect(await Promise.all(all)).toEqual([{ type: "silent" }, { type: "silent" }, { type: "silent" }]);
  });

  it("is searched again when it has gone", async () => {
    const { igd, forwarding } = await home();
    await forwarding.forward(OWN, never);
    await igd[Symbol.asyncDispose]();
    expect(await forwarding.forward(OWN, never)).toEqual({ type: "silent" });
  });
});
