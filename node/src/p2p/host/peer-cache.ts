import { existsSync, renameSync, writeFileSync } from "node:fs";
import { z } from "@lloom/protocol/zod";
import { multiaddr } from "@multiformats/multiaddr";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { readOutsideFile } from "../../outside-file.ts";
import { pause } from "../../primitives/pause.ts";
import type { Host } from "./host.ts";
import { knownPeerId } from "./known-peer-id.ts";
import { dialStaggered } from "./staggered-dial.ts";

/** Peers that are written down, and those of them that are dialled at a start. */
const MOST_KEPT = 64;
const MOST_DIALLED = 8;
const MOST_ADDRESSES = 8;
const SAVE_MS = 60_000;
const DIAL_MS = 10_000;

const cached = z.array(
  z.object({ peerId: z.string().max(128), multiaddrs: z.array(z.string().max(256)).max(MOST_ADDRESSES) }),
);
type Cached = z.infer<typeof cached>;

export interface PeerCacheOptions {
  readonly host: Host;
  /** JSON; made when there is something to write. */
  readonly path: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Joins the network through peers of the last run, beside the bootstrap peers, which may all be gone; and writes down those
 * of this run that others can dial, every minute and at the end. A file that cannot be read or written costs nothing else.
 */
export async function keepPeerCache(options: PeerCacheOptions): Promise<void> {
  const { signal } = options;
  await rejoin(options);
  while (!signal.aborted) {
    await pause(SAVE_MS, signal);
    await save(options);
  }
}

async function rejoin({ host, path, log, signal }: PeerCacheOptions): Promise<void> {
  const dials = read(path, log)
    .slice(0, MOST_DIALLED)
    .map(async ({ peerId, multiaddrs }) => {
      if (peerId === host.peerId || host.isBanned(peerId) || host.connected().includes(peerId)) return;
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(DIAL_MS)]);
      const addresses = multiaddrs.map((text) => multiaddr(text));
      await dialStaggered(host, { peerId, addresses }, deadline);
    });
  const joined = (await Promise.allSettled(dials)).filter(({ status }) => status === "fulfilled");
  log.debug({ joined: joined.length, of: dials.length }, "peers of the last run");
}

function read(path: string, log: Log): Cached {
  if (!existsSync(path)) return [];
  const next = `Remove ${path}.`;
  try {
    return cached.parse(JSON.parse(readOutsideFile({ path, what: path, code: "CONFIG_INVALID", next })));
  } catch (thrown) {
    log.warn({ path, problem: asLloomError(thrown).message }, "the peers of the last run cannot be read");
    return [];
  }
}

async function save({ host, path, log }: PeerCacheOptions): Promise<void> {
  const peers: Cached = [];
  for (const peerId of host.connected().slice(0, MOST_KEPT)) {
    const known = await host.libp2p.peerStore.get(knownPeerId(peerId)).catch(() => undefined);
    const multiaddrs = (known?.addresses ?? [])
      .filter(({ multiaddr: address }) => host.scope.mayDial(address))
      .slice(0, MOST_ADDRESSES)
      .map(({ multiaddr: address }) => `${address.toString().replace(/\/p2p\/[^/]+$/, "")}/p2p/${peerId}`);
    if (multiaddrs.length > 0) peers.push({ peerId, multiaddrs });
  }
  // With nobody connected the last list is worth more than none.
  if (peers.length === 0) return;
  try {
    writeFileSync(`${path}.new`, JSON.stringify(peers), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (thrown) {
    log.warn({ path, problem: asLloomError(thrown).message }, "peers are not written down");
  }
}
