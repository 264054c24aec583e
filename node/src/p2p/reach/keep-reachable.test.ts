import { describe, expect, it, onTestFinished } from "vitest";
import { silentLog, until } from "../../../../test/support/hosts.ts";
import { openHost } from "../../../../test/support/open-host.ts";
import type { Host } from "../host/host.ts";
import { DialBack } from "../rpc/dial-back.ts";
import { serveRpc } from "../rpc/rpc.ts";
import { keepReachable, type Reachability } from "./keep-reachable.ts";

async function validator(): Promise<Host> {
  const host = await openHost({ relays: true });
  await serveRpc(host, { offers: () => [], reach: new DialBack(host).reach, log: silentLog });
  return host;
}

/** What a host finds out, as it is told. */
function following(host: Host): Reachability[] {
  const told: Reachability[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const pace = { untriedMs: 20, closedMs: 20, againMs: 20 };
  void keepReachable({ host, log: silentLog, signal: stop.signal, onChange: (found) => told.push(found), pace });
  return told;
}

/** One that takes part in the whole internet: its addresses of this machine are told to nobody. */
const worldwide = async (anchor: Host, port: string, listen: string): Promise<Host> => {
  const host = await openHost({
    ...{ listen: [listen], announce: [`/ip4/203.0.113.7${port}`], bootstrap: anchor.multiaddrs() },
  });
  await until("the validator is connected", () => host.connected().includes(anchor.peerId));
  return host;
};

describe("whether others can call a node", () => {
  it("needs no finding out on a network of one machine", async () => {
    const anchor = await validator();
    const host = await openHost({ bootstrap: anchor.multiaddrs() });
    expect(host.multiaddrs()).toHaveLength(1);
    const told = following(host);
    await until("it is told", () => told.length > 0);
    expect(told).toEqual([{ type: "machine" }]);
  });

  it("is found out by a validator that dials it back, and where it was reached is told to others", async () => {
    const anchor = await validator();
    const free = await openHost();
    const port = /\/tcp\/\d+/.exec(free.multiaddrs()[0] ?? "")?.[0] ?? "";
    await free[Symbol.asyncDispose]();
    const host = await worldwide(anchor, port, `/ip4/127.0.0.1${port}`);
    const told = following(host);
    await until("it was reached", () => told.some(({ type }) => type === "open"));
    expect(told.at(-1)).toEqual({ type: "open", at: [`/ip4/127.0.0.1${port}`] });
    expect(host.libp2p.services.dht.getMode()).toBe("server");
  });

  it("is no, where nobody answers at what it announces; then a relay is asked", async () => {
    const anchor = await validator();
    const host = await worldwide(anchor, "/tcp/1", "/ip4/127.0.0.1/tcp/0");
    const told = following(host);
    await until("it was not reached", () => told.some(({ type }) => type === "closed"));
    expect(told[0]).toMatchObject({ type: "closed", from: "/ip4/127.0.0.1", ends: ["/tcp/1"] });
    expect(host.libp2p.services.dht.getMode()).toBe("client");
  });

  it("stays open while there is nobody to ask", async () => {
    const host = await openHost({ announce: ["/ip4/203.0.113.7/tcp/1"] });
    const told = following(host);
    await until("it is told", () => told.length > 0);
    expect(told).toEqual([{ type: "untried" }]);
  });
});
