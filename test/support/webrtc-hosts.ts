// Hosts at WebRTC-direct, in a process of their own: its native code may fall when it is torn down, and would take a test's with it.
// Prints a line of JSON: addresses of a host, what a call to it found, addresses of one at every transport, and of one that is announced.
import { writeSync } from "node:fs";
import { connect } from "../../node/src/p2p/host/dial.ts";
import { serveRpc } from "../../node/src/p2p/rpc/rpc.ts";
import { callHealth } from "../../node/src/p2p/rpc/rpc-calls.ts";
import { never, silentLog, startHost, targetOf } from "./hosts.ts";

const WEBRTC = "/ip4/127.0.0.1/udp/0/webrtc-direct";
const health = () => ({ role: "executor", version: "1", uptimeMs: 1, peers: 0, offers: 0, load: 0, nowMs: 1 }) as const;

const host = await startHost({ listen: [WEBRTC] });
const client = await startHost({ listen: [WEBRTC] });
await serveRpc(host, { offers: () => [], health, log: silentLog });
await connect(client, targetOf(host), never);
const { role } = await callHealth(client, { target: targetOf(host), signal: AbortSignal.timeout(20_000) });
const [connection] = client.libp2p.getConnections();
const listen = ["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/tcp/0/ws", WEBRTC];
const everywhere = await startHost({ listen });
const announced = await startHost({ listen, announce: ["/ip4/203.0.113.7/udp/4003/webrtc-direct"] });
const told = {
  listens: host.multiaddrs(),
  called: `${role} at ${connection?.remoteAddr}`,
  everywhere: everywhere.multiaddrs(),
  announced: announced.multiaddrs(),
};
writeSync(1, `${JSON.stringify(told)}\n`);
process.kill(process.pid, "SIGKILL");
