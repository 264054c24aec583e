import type { PeerId } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import type { Libp2p } from "libp2p";
import type { Log } from "../../log.ts";
import { backoffMs } from "../../primitives/backoff.ts";
import { pause } from "../../primitives/pause.ts";

const RETRY = { firstMs: 500, longestMs: 30_000 };
/** How often a connection that stands is looked at. */
const RECHECK_MS = 5_000;

export interface BootstrapOptions {
  readonly libp2p: Libp2p;
  readonly addresses: readonly Multiaddr[];
  readonly dialTimeoutMs: number;
  readonly log: Log;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Dials the bootstrap addresses, each again with growing pauses until it answers, and again when it is lost. An address that
 * does not answer gives one warning, not one per try. Returns when the signal comes.
 */
export async function keepBootstrapped(options: BootstrapOptions): Promise<void> {
  await Promise.all(options.addresses.map((address) => keepOne(address, options)));
}

async function keepOne(address: Multiaddr, { libp2p, dialTimeoutMs, log, signal }: BootstrapOptions): Promise<void> {
  let remote: PeerId | undefined;
  let failures = 0;
  while (!signal.aborted) {
    if (remote !== undefined && libp2p.getConnections(remote).length > 0) {
      await pause(RECHECK_MS, signal);
      continue;
    }
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(dialTimeoutMs)]);
      remote = (await libp2p.dial(address, { signal: deadline })).remotePeer;
      log.info({ address: address.toString(), peer: remote.toString() }, "connected to bootstrap peer");
      failures = 0;
      // Also when the connection is gone again already: never redial without a pause.
      await pause(RETRY.firstMs, signal);
    } catch (cause) {
      if (signal.aborted) return;
      const problem = cause instanceof Error ? cause.message : String(cause);
      if (failures === 0)
        log.warn({ address: address.toString(), problem }, "bootstrap peer unreachable, trying again");
      failures += 1;
      await pause(backoffMs(failures, RETRY), signal);
    }
  }
}
