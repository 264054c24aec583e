import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import type { Libp2p } from "libp2p";
import type { HostServices } from "./libp2p-node.ts";

/** A reservation takes two round trips; the library tells of new addresses a second later. */
const PATIENCE_MS = 5_000;

const isRelayed = (address: Multiaddr): boolean => address.toString().includes("/p2p-circuit");

/**
 * Looks for a relay from now on, and takes another place when one is lost. Returns when the node can be called through one,
 * after some seconds, or at the signal; the search goes on.
 */
export async function listenRelayed(libp2p: Libp2p<HostServices>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => (libp2p.getMultiaddrs().some(isRelayed) ? resolve() : undefined);
  const ended = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  ended.addEventListener("abort", () => resolve(), { once: true });
  libp2p.addEventListener("self:peer:update", look);
  try {
    await libp2p.services.transports.listen([multiaddr("/p2p-circuit")]);
    look();
    await promise;
  } finally {
    libp2p.removeEventListener("self:peer:update", look);
  }
}
