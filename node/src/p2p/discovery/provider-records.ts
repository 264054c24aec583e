import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { sha256 } from "multiformats/hashes/sha2";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { backoffMs } from "../../primitives/backoff.ts";
import { pause } from "../../primitives/pause.ts";
import type { PeerTarget } from "../host/dial.ts";
import type { Host } from "../host/host.ts";
import { PROVIDER_VALIDITY_MS } from "../host/kademlia.ts";
import type { HostServices } from "../host/libp2p-node.ts";

/** One round of telling the peers closest to a key. */
const PROVIDE_TIMEOUT_MS = 20_000;
const RETRY = { firstMs: 250, longestMs: 15_000 };
/** Well before the record expires, so that one missed round does no harm. */
const REFRESH_MS = PROVIDER_VALIDITY_MS / 3;

/** What announcing and finding take of a host. */
export interface DhtMember extends Pick<Host, "peerId" | "isBanned"> {
  readonly libp2p: { readonly services: Pick<HostServices, "dht"> };
}

export interface AnnounceOptions {
  /** Keys of `names.ts`. */
  readonly keys: readonly string[];
  readonly log: Log;
  /** Ends it like `stop`. */
  readonly signal: AbortSignal;
}

/** Keys that this node is announced under. */
export interface Announcement extends AsyncDisposable {
  /** Resolves when, for every key, at least one other peer was told; rejects never: it ends when the announcement ends. */
  readonly announced: Promise<void>;
  /** Keys that at least one other peer knows. */
  announcedKeys(): readonly string[];
  /** No more refreshing, and no longer told to who asks this node. Others forget at the end of the record's validity. */
  stop(): Promise<void>;
}

/** The content id under which a key's providers are recorded. */
export async function keyCid(key: string): Promise<CID> {
  return CID.createV1(raw.code, await sha256.digest(new TextEncoder().encode(key)));
}

/**
 * Announces this node under keys in the DHT, again and again until one peer knows, then at a third of the records' validity. A DHT has
 * no withdrawal, so `stop` lets the records expire; gossip tells of a drain at once.
 */
export function announce(host: DhtMember, { keys, log, signal }: AnnounceOptions): Announcement {
  const stopping = new AbortController();
  const ended = AbortSignal.any([signal, stopping.signal]);
  const known = new Set<string>();
  const first = keys.map(() => Promise.withResolvers<void>());
  const loops = keys.map(async (key, index) => {
    await keepProvided({ host, key, log, signal: ended }, () => {
      known.add(key);
      first[index]?.resolve();
    });
    first[index]?.resolve();
  });
  const stop = async () => {
    stopping.abort();
    await Promise.all(loops);
  };
  return {
    announced: Promise.all(first.map(({ promise }) => promise)).then(() => undefined),
    announcedKeys: () => [...known],
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface ProvideOptions {
  readonly host: DhtMember;
  readonly key: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

async function keepProvided(options: ProvideOptions, onKnown: () => void): Promise<void> {
  const { host, key, log, signal } = options;
  const cid = await keyCid(key);
  let failures = 0;
  while (!signal.aborted) {
    const told = await provideOnce(options, cid);
    if (told > 0) {
      log.debug({ key, told }, "announced");
      onKnown();
      failures = 0;
      await pause(REFRESH_MS * (0.9 + Math.random() / 5), signal);
    } else {
      failures += 1;
      await pause(backoffMs(failures, RETRY), signal);
    }
  }
  // Also deletes the own record, with which this node would answer, and which libp2p would go on to announce by itself.
  await host.libp2p.services.dht.cancelReprovide(cid).catch((cause: unknown) => {
    log.debug({ key, problem: asLloomError(cause).message }, "own record not deleted");
  });
}

/** Tells the peers closest to a key; returns how many took it. */
async function provideOnce({ host, key, log, signal }: ProvideOptions, cid: CID): Promise<number> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(PROVIDE_TIMEOUT_MS)]);
  let told = 0;
  try {
    for await (const event of host.libp2p.services.dht.provide(cid, { signal: deadline })) {
      if (event.name === "PEER_RESPONSE" && event.messageName === "ADD_PROVIDER") told += 1;
    }
  } catch (cause) {
    if (!signal.aborted && told === 0)
      log.debug({ key, problem: asLloomError(cause).message }, "nobody to announce to yet");
  }
  return told;
}

/**
 * Peers announced under a key, each once, as they are found; itself left out, peers that are already connected not. Ends with
 * the search or with the signal, which should carry a deadline; never throws for what the network does.
 */
export async function* findPeers(host: DhtMember, key: string, signal: AbortSignal): AsyncGenerator<PeerTarget> {
  const seen = new Set([host.peerId]);
  const cid = await keyCid(key);
  try {
    for await (const event of host.libp2p.services.dht.findProviders(cid, { signal })) {
      if (event.name !== "PROVIDER") continue;
      for (const { id, multiaddrs } of event.providers) {
        const peerId = id.toString();
        if (seen.has(peerId) || host.isBanned(peerId)) continue;
        seen.add(peerId);
        yield { peerId, multiaddrs: [...new Set(multiaddrs.map((address) => address.toString()))] };
      }
    }
  } catch {
    // The signal, or a peer that did not answer: what was found was yielded.
  }
}
