import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { LOOPBACK_CERTIFICATE as tls } from "../../../../test/support/certificate.ts";
import { never, recordingLog, targetOf, until } from "../../../../test/support/hosts.ts";
import { openHost } from "../../../../test/support/open-host.ts";
import { runNode } from "../../../../test/support/processes.ts";
import { connect } from "../host/dial.ts";
import type { Host } from "../host/host.ts";
import { serveRpc } from "../rpc/rpc.ts";
import { callHealth } from "../rpc/rpc-calls.ts";
import { openTransports } from "./transports.ts";

const WEBRTC = "/ip4/127.0.0.1/udp/0/webrtc-direct";
/** What `webrtc-hosts.ts` prints. */
interface WebRtcHosts extends Readonly<Record<"listens" | "everywhere" | "announced", readonly string[]>> {
  readonly called: string;
}
const health = () => ({ role: "executor", version: "1", uptimeMs: 1, peers: 0, offers: 0, load: 0, nowMs: 1 }) as const;

async function callOver(host: Host, client: Host): Promise<string> {
  await using _served = await serveRpc(host, { offers: () => [], health, log: recordingLog().log });
  await connect(client, targetOf(host), never);
  const { role } = await callHealth(client, { target: targetOf(host), signal: AbortSignal.timeout(20_000) });
  const [connection] = client.libp2p.getConnections();
  return `${role} at ${connection?.remoteAddr}`;
}

/** Its native code is there for some platforms. */
const hasQuic = await import("@chainsafe/libp2p-quic").then(
  () => true,
  () => false,
);

afterEach(() => {
  for (const name of ["@libp2p/webrtc", "@chainsafe/libp2p-quic"]) vi.doUnmock(name);
});

describe("a host listens and is called", () => {
  it("over WebSockets", async () => {
    const host = await openHost({ listen: ["/ip4/127.0.0.1/tcp/0/ws"] });
    expect(host.multiaddrs()).toEqual([expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/ws\/p2p\/16U/)]);
    expect(await callOver(host, await openHost({ listen: [] }))).toMatch(/^executor at .*\/ws/);
  });

  it("over WebSockets with TLS by a certificate", async () => {
    const before = getCACertificates("default");
    setDefaultCACertificates([...before, tls.certificate]);
    try {
      const host = await openHost({ listen: ["/ip4/127.0.0.1/tcp/0/tls/ws"], tls });
      expect(await callOver(host, await openHost({ listen: [] }))).toMatch(/^executor at .*\/tls\/ws/);
    } finally {
      setDefaultCACertificates(before);
    }
  });

  it.skipIf(!hasQuic)("over QUIC, and refuses keys that are no wallet's there too", async () => {
    const host = await openHost({ listen: ["/ip4/127.0.0.1/udp/0/quic-v1"] });
    expect(host.multiaddrs()).toEqual([expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/udp\/\d+\/quic-v1\/p2p\/16U/)]);
    const client = await openHost({ listen: ["/ip4/127.0.0.1/udp/0/quic-v1"] });
    expect(await callOver(host, client)).toMatch(/^executor at .*\/quic-v1/);
    const { quic } = await import("@chainsafe/libp2p-quic");
    const stranger = await createLibp2p({ transports: [quic()], connectionGater: { denyDialMultiaddr: () => false } });
    onTestFinished(() => stranger.stop());
    const connection = await stranger.dial(multiaddr(host.multiaddrs()[0]));
    await until("it is refused", () => connection.status === "closed");
    expect(host.connected()).toEqual([client.peerId]);
  });

  it("over WebRTC-direct, at an address that names its certificate, and at all of them at once, until its process ends", async () => {
    const program = runNode({ args: ["test/support/webrtc-hosts.ts"] });
    onTestFinished(() => program.signal("SIGKILL"));
    const { code, stdout, stderr } = await program.ended;
    expect(code, stderr).toBe(0);
    const { listens, called, everywhere, announced } = JSON.parse(stdout) as WebRtcHosts;
    expect(listens).toEqual([expect.stringMatching(/\/udp\/\d+\/webrtc-direct\/certhash\/u\S+\/p2p\/16U/)]);
    expect(called).toMatch(/^executor at .*\/webrtc-direct/);
    expect(everywhere).toHaveLength(3);
    expect(announced).toEqual([expect.stringMatching(/4003\/webrtc-direct\/certhash\/u\S+\/p2p\/16U/)]);
  });
});

describe("a host without what a listener needs", () => {
  it("refuses TLS without a certificate", async () => {
    await expect(openHost({ listen: ["/ip4/127.0.0.1/tcp/0/tls/ws"] })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      next: expect.stringContaining("--tls-certificate"),
    });
  });

  it("listens on the rest where the platform has no WebRTC or QUIC, and says so", async () => {
    for (const name of ["@libp2p/webrtc", "@chainsafe/libp2p-quic"])
      vi.doMock(name, () => {
        throw new Error("no binary for this platform");
      });
    const { log, lines } = recordingLog();
    const listen = [WEBRTC, "/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/127.0.0.1/tcp/0"];
    const opened = await openTransports({ listen, log });
    expect(opened).toMatchObject({ listen: ["/ip4/127.0.0.1/tcp/0"], transports: { length: 3 } });
    const told = ["no WebRTC on this platform", "no QUIC on this platform"];
    expect(lines).toMatchObject(told.map((text) => ({ level: 40, msg: expect.stringContaining(text) })));
  });
});
