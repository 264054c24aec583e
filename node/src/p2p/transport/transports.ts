import { circuitRelayTransport } from "@libp2p/circuit-relay-v2";
import { tcp } from "@libp2p/tcp";
import type { Libp2pOptions } from "libp2p";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { QUIC_LIMITS } from "../limits.ts";
import { closingWebSockets } from "./closing-web-sockets.ts";

type Transport = NonNullable<Libp2pOptions["transports"]>[number];

/** What a listener at `/tls/ws` shows to browsers: both as text in PEM. */
export interface TlsCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface TransportOptions {
  readonly listen: readonly string[];
  readonly tls?: TlsCertificate | undefined;
  readonly log: Log;
}

/** What is left of `listen` where a transport is missing, and the transports. */
export interface OpenedTransports {
  readonly listen: readonly string[];
  readonly transports: readonly Transport[];
}

const WEBRTC = /\/webrtc-direct(\/|$)/;
const TLS = /\/(tls\/ws|wss)(\/|$)/;

/** Transports of native code, by the addresses that need them. */
const NATIVE: readonly {
  readonly name: string;
  readonly at: RegExp;
  readonly load: () => Promise<Transport>;
  readonly instead: string;
}[] = [
  {
    name: "WebRTC",
    at: WEBRTC,
    load: async () => (await import("@libp2p/webrtc")).webRTCDirect(),
    instead: "browsers reach this node by WebSockets alone",
  },
  {
    name: "QUIC",
    at: /\/quic-v1(\/|$)/,
    load: async () => (await import("@chainsafe/libp2p-quic")).quic(QUIC_LIMITS),
    instead: "nodes reach this one by its other addresses",
  },
];

/** Whether a host that listens here loads WebRTC's native code. */
export const listensAtWebRtc = (listen: readonly string[]): boolean => listen.some((address) => WEBRTC.test(address));

/**
 * How this node is reached and reaches others: TCP, WebSockets and relays always; WebRTC-direct, which browsers dial without any
 * certificate, and QUIC if it listens there, since their native code is loaded for nobody else. A platform without that code listens
 * on everything else, and says so. Throws CONFIG_INVALID for `/tls/ws` without a certificate.
 */
export async function openTransports({ listen, tls, log }: TransportOptions): Promise<OpenedTransports> {
  if (tls === undefined && listen.some((address) => TLS.test(address)))
    throw new LloomError("CONFIG_INVALID", "listen: /tls/ws needs a certificate.", {
      next: "Give --tls-certificate and --tls-key their files, or listen on /ws behind a proxy that has one.",
    });
  const secure = tls && { https: { cert: tls.certificate, key: tls.key } };
  const transports: Transport[] = [tcp(), closingWebSockets(secure), circuitRelayTransport()];
  let left = listen;
  for (const { name, at, load, instead } of NATIVE) {
    if (!listen.some((address) => at.test(address))) continue;
    try {
      transports.push(await load());
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause);
      log.warn({ problem }, `no ${name} on this platform: ${instead}`);
      left = left.filter((address) => !at.test(address));
    }
  }
  return { listen: left, transports };
}
