// A host on a machine of `namespaces.ts`: `nat-host.ts ROLE ANNOUNCE BOOTSTRAP`. Prints what happens, takes commands, a line each.
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { peerIdFromString } from "@libp2p/peer-id";
import { connect, isDirect } from "../../node/src/p2p/host/dial.ts";
import { meetNeighbours } from "../../node/src/p2p/host/neighbours.ts";
import { createInferPool } from "../../node/src/p2p/infer/infer-client.ts";
import { serveInfer } from "../../node/src/p2p/infer/infer-server.ts";
import { keepReachable } from "../../node/src/p2p/reach/keep-reachable.ts";
import { RelayedPeers } from "../../node/src/p2p/reach/relayed-peers.ts";
import { PortForwarding } from "../../node/src/p2p/router/port-forwarding.ts";
import { DialBack } from "../../node/src/p2p/rpc/dial-back.ts";
import { serveRpc } from "../../node/src/p2p/rpc/rpc.ts";
import { PROBES } from "../../node/src/primitives/probes.ts";
import { NETWORK, never, readAll, requestBody, responseBody, silentLog, startHost, until } from "./hosts.ts";

/** What an answer is asked with that is under way while connections change. */
const ASKS_LONG = "long";

const [, , role = "", announce = "", bootstrap = ""] = process.argv;
const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const host = await startHost({
  secret: randomBytes(32),
  listen: role === "caller" ? [] : [`/ip4/0.0.0.0/tcp/${role === "unreached" ? 4002 : 4001}`],
  announce: announce === "" ? [] : [announce],
  bootstrap: bootstrap === "" ? [] : [bootstrap],
  relays: role === "validator",
  dhtServer: role === "validator",
});
if (role === "validator") await serveRpc(host, { offers: () => [], reach: new DialBack(host).reach, log: silentLog });
if (role === "home" || role === "neighbour")
  await meetNeighbours({ host, network: NETWORK, log: silentLog, signal: never });
if (role === "home") {
  PROBES.relayed.listen((fact) => print({ relayedPeer: fact }));
  new RelayedPeers(host, silentLog);
  await serveInfer(host, {
    handle: async function* ({ client, frame }) {
      yield { type: "token", text: "from " };
      // Under way until the client is connected without a relay, and a while longer.
      if (frame.messages.some(({ content }) => content === ASKS_LONG)) {
        await until("a connection without a relay", () => isDirect(host, client.peerId), 60_000);
        for (let turn = 0; turn < 20; turn += 1) await host.libp2p.services.ping.ping(peerIdFromString(client.peerId));
      }
      yield { type: "token", text: "home" };
      yield responseBody;
    },
    log: silentLog,
  });
  const pace = { untriedMs: 100, closedMs: 300, againMs: 300 };
  void keepReachable({
    ...{ host, log: silentLog, signal: never, pace, router: new PortForwarding({ log: silentLog }) },
    onChange: (found) => print({ found, multiaddrs: host.multiaddrs() }),
  });
}
print({ peerId: host.peerId, multiaddrs: host.multiaddrs() });

const pool = createInferPool(host, silentLog);
const connectionsTo = (peerId: string) =>
  host.libp2p
    .getConnections()
    .filter(({ remotePeer }) => remotePeer.toString() === peerId)
    .map(({ limits, direction }) => ({ relayed: limits !== undefined, direction }));
const bytesLeft = (peerId: string): number[] =>
  host.libp2p
    .getConnections(peerIdFromString(peerId))
    .flatMap(({ limits }) => (limits?.bytes === undefined ? [] : [Number(limits.bytes)]));

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, look, known, leave, content = "hi" } = JSON.parse(line);
  if (ask !== undefined) {
    await connect(host, ask, never);
    const first = connectionsTo(ask.peerId);
    const { text } = await readAll(pool.request({ target: ask, frame: requestBody(content), signal: never }));
    print({ text, first, bytesLeft: bytesLeft(ask.peerId) });
  }
  if (leave !== undefined) await host.libp2p.hangUp(peerIdFromString(leave));
  if (look !== undefined) print({ connections: connectionsTo(look) });
  if (known !== undefined) {
    const all = await host.libp2p.peerStore.all();
    const entry = all.find(({ id }) => id.toString() === known);
    print({ addresses: entry?.addresses.map(({ multiaddr }) => multiaddr.toString()) ?? [] });
  }
}
