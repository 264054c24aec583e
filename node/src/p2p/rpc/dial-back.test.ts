import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { never, silentLog, targetOf } from "../../../../test/support/hosts.ts";
import { openHost } from "../../../../test/support/open-host.ts";
import type { Host } from "../host/host.ts";
import { DialBack } from "./dial-back.ts";
import { serveRpc } from "./rpc.ts";
import { callReach } from "./rpc-calls.ts";

async function validator(): Promise<Host> {
  const host = await openHost();
  await serveRpc(host, { offers: () => [], reach: new DialBack(host).reach, log: silentLog });
  return host;
}
const endOf = (host: Host): string => /\/tcp\/\d+/.exec(host.multiaddrs()[0] ?? "")?.[0] ?? "";

describe("a node that asks to be dialled back", () => {
  it("hears where it was reached and from where its call came", async () => {
    const [asked, caller] = [await validator(), await openHost({ listen: ["/ip4/127.0.0.1/tcp/0"] })];
    const closed = "/tcp/1";
    const reply = await callReach(caller, { target: targetOf(asked), signal: never }, [endOf(caller), closed]);
    expect(reply).toEqual({ from: "/ip4/127.0.0.1", reached: [endOf(caller)] });
    // The dial was for the answer alone.
    await expect.poll(() => caller.libp2p.getConnections().length).toBe(1);
  });

  it("is not told that it was reached where another peer answers, or nobody who speaks this", async () => {
    const [asked, caller, other] = [await validator(), await openHost({ listen: [] }), await openHost()];
    const mute = createServer().listen(0, "127.0.0.1");
    await once(mute, "listening");
    const { port } = mute.address() as { port: number };
    const ends = [endOf(other), `/tcp/${port}`];
    const reply = await callReach(caller, { target: targetOf(asked), signal: never }, ends);
    mute.close();
    expect(reply.reached).toEqual([]);
  });

  it.each([["/ip4/192.0.2.1/tcp/4001"], ["/tcp/4001/p2p-circuit"], ["/tcp/4001/p2p/16Uiu2HAm"]])(
    "cannot have %s dialled",
    async (end) => {
      const [asked, caller] = [await validator(), await openHost({ listen: [] })];
      const call = callReach(caller, { target: targetOf(asked), signal: never }, [end]);
      await expect(call).rejects.toMatchObject({ code: "FRAME_INVALID" });
    },
  );

  it("hears from who is no validator that it is not asked such things", async () => {
    const [asked, caller] = [await openHost(), await openHost({ listen: [] })];
    await serveRpc(asked, { offers: () => [], log: silentLog });
    const call = callReach(caller, { target: targetOf(asked), signal: never }, ["/tcp/4001"]);
    await expect(call).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});
