/** Strangers that hold a node's process in every way that costs them little. */
import { connect, type Socket } from "node:net";
import { INFER_PROTOCOL } from "@lloom/protocol/names";
import { encodeClientFrame } from "@lloom/protocol/wire";
import { multiaddr } from "@multiformats/multiaddr";
import { encodeLength } from "../../node/src/p2p/frames/framing.ts";
import type { Host } from "../../node/src/p2p/host/host.ts";
import { requestBody, startHost } from "./hosts.ts";

const SILENT = 200;
const PEERS = 6;
const REQUESTS = 50;

const framed = (body: Uint8Array): Buffer => Buffer.concat([encodeLength(body.length), body]);
const request = (id: number): Buffer => framed(encodeClientFrame({ ...requestBody("Let me in."), id }));
const half = request(1).subarray(0, 100);
const TOO_LARGE = encodeLength(64 * 1024 * 1024);
/** What each peer of a kind sends on a stream of its own. */
const SENT: readonly (readonly Uint8Array[])[] = [
  [half],
  [TOO_LARGE],
  // Requests that nobody has signed, and one of them twice.
  [...Array.from({ length: REQUESTS }, (_, index) => request(index + 1)), request(REQUESTS)],
];

/** What holds on to the node; it lets go when it is disposed of. */
export interface HostilePeers extends AsyncDisposable {
  /** Connections that have never said a word and were not cut yet. */
  readonly silent: () => number;
}

/** Opens connections that say nothing, half frames, frames that are too large, and floods of requests that nobody pays. */
export async function besiege(multiaddrs: readonly string[]): Promise<HostilePeers> {
  const address = multiaddrs.find((one) => /\/tcp\/\d+\/p2p\//.test(one)) ?? "";
  const [, host = "", port = ""] = /^\/ip4\/([\d.]+)\/tcp\/(\d+)/.exec(address) ?? [];
  const sockets = Array.from({ length: SILENT }, () => silentSocket(host, Number(port)));
  const peers: Host[] = [];
  for (let index = 0; index < PEERS; index += 1) {
    const peer = await startHost({ listen: [] });
    peers.push(peer);
    await attack(peer, address, SENT[index % SENT.length] ?? []);
  }
  return {
    silent: () => sockets.filter(({ destroyed }) => !destroyed).length,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
    },
  };
}

function silentSocket(host: string, port: number): Socket {
  const socket = connect({ host, port });
  socket.on("error", () => socket.destroy());
  // Read, or its end would not be noticed.
  socket.on("end", () => socket.destroy()).resume();
  return socket;
}

/** Whoever is refused a connection or cut meanwhile has been dealt with already. */
async function attack(peer: Host, address: string, sent: readonly Uint8Array[]): Promise<void> {
  try {
    const stream = await peer.libp2p.dialProtocol(multiaddr(address), INFER_PROTOCOL);
    for (const part of sent) stream.send(part);
  } catch {
    // See above.
  }
}
