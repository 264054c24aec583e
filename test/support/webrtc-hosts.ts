// Hosts at WebRTC-direct, in a process of their own: if its native code falls, or keeps the process, no test goes with it.
// Prints a line of JSON: addresses of a host, what a call to it found, addresses of one at every transport, and of one that is announced.
import { connect } from "../../node/src/p2p/host/dial.ts";
import type { Host } from "../../node/src/p2p/host/host.ts";
import { serveRpc } from "../../node/src/p2p/rpc/rpc.ts";
import { callHealth } from "../../node/src/p2p/rpc/rpc-calls.ts";
import { never, silentLog, startHost, targetOf } from "./hosts.ts";

const WEBRTC = "/ip4/127.0.0.1/udp/0/webrtc-direct";
const health = () => ({ role: "executor", version: "1", uptimeMs: 1, peers: 0, offers: 0, load: 0, nowMs: 1 }) as const;

async function callOver(host: Host, client: Host): ReturnType<typeof callHealth> {
  await serveRpc(host, { offers: () => [], health, log: silentLog });
  await connect(client, targetOf(host), never);
  return callHealth(client, { target: targetOf(host), signal: AbortSignal.timeout(20_000) });
}

const host = await startHost({ listen: [WEBRTC] });
const client = await startHost({ listen: [WEBRTC] });
const { role } = await callOver(host, client);
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
process.stdout.write(`${JSON.stringify(told)}\n`);
for (const one of [host, client, everywhere, announced]) await one[Symbol.asyncDispose]();
// The one that was called ends first, and at once: its caller is left with a connection that it did not close.
const called = await startHost({ listen: [WEBRTC] });
const caller = await startHost({ listen: [WEBRTC] });
await callOver(called, caller);
await called[Symbol.asyncDispose]();
await caller[Symbol.asyncDispose]();
