import { circuitRelayTransport } from "@libp2p/circuit-relay-v2";
import { tcp } from "@libp2p/tcp";
import { webSockets } from "@libp2p/websockets";
import type { Libp2pOptions } from "libp2p";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";

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

/**
 * How this node is reached and reaches others: TCP, WebSockets and relays always; WebRTC-direct, which browsers dial without any
 * certificate, if it listens there, since its native code is loaded for nobody else. A platform without that code listens on
 * everything else, and says so. Throws CONFIG_INVALID for `/tls/ws` without a certificate.
 */
export async function openTransports({ listen, tls, log }: TransportOptions): Promise<OpenedTransports> {
  if (tls === undefined && listen.some((address) => TLS.test(address)))
    throw new LloomError("CONFIG_INVALID", "listen: /tls/ws needs a certificate.", {
      next: "Give --tls-certificate and --tls-key their files, or listen on /ws behind a proxy that has one.",
    });
  const secure = tls && { https: { cert: tls.certificate, key: tls.key } };
  const transports = [tcp(), webSockets(secure), circuitRelayTransport()];
  if (!listen.some((address) => WEBRTC.test(address))) return { listen, transports };
  const direct = await webRtcDirect(log);
  if (direct !== undefined) return { listen, transports: [...transports, direct] };
  return { listen: listen.filter((address) => !WEBRTC.test(address)), transports };
}

async function webRtcDirect(log: Log): Promise<Transport | undefined> {
  try {
    const { webRTCDirect } = await import("@libp2p/webrtc");
    return webRTCDirect();
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    log.warn({ problem }, "no WebRTC on this platform: browsers reach this node by WebSockets alone");
    return undefined;
  }
}
