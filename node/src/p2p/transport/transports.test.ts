import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { LOOPBACK_CERTIFICATE as tls } from "../../../../test/support/certificate.ts";
import { never, recordingLog, targetOf } from "../../../../test/support/hosts.ts";
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

afterEach(() => void vi.doUnmock("@libp2p/webrtc"));

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

  it("over WebRTC-direct, at an address that names its certificate, and at all of them at once", async () => {
    const program = runNode({ args: ["test/support/webrtc-hosts.ts"] });
    const { stdout, stderr } = await program.ended;
    expect(stdout, stderr).toContain("{");
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

  it("listens on the rest where the platform has no WebRTC, and says so", async () => {
    vi.doMock("@libp2p/webrtc", () => {
      throw new Error("no binary for this platform");
    });
    const { log, lines } = recordingLog();
    const opened = await openTransports({ listen: [WEBRTC, "/ip4/127.0.0.1/tcp/0"], log });
    expect(opened).toMatchObject({ listen: ["/ip4/127.0.0.1/tcp/0"], transports: { length: 3 } });
    expect(lines).toMatchObject([{ level: 40, msg: expect.stringContaining("no WebRTC on this platform") }]);
  });
});
