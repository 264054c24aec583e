import type { Address } from "@lloom/protocol/commitment-types";
import { validatorKey } from "@lloom/protocol/names";
import type { Chain } from "../../chain/chain.ts";
import { readRegisteredPeer } from "../../chain/read/registered-peer.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { findPeers } from "../../p2p/discovery/provider-records.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import type { Host } from "../../p2p/host/host.ts";
import { peerAddress } from "../../p2p/host/peer-address.ts";
import { peerIdOfBytes } from "../../p2p/host/registered-peer.ts";

export interface FindJurorsParts {
  readonly chain: Chain;
  readonly host: Host;
  readonly log: Log;
}

/** Longest time in which the DHT is asked who validates. */
const SEARCH_MS = 5_000;

/**
 * Where jurors are: those that are connected, those that are announced as validators, and of the others the peers that they registered
 * with, which the DHT finds by their ids, whoever crowds the announcements. Only a peer whose key is the juror's counts.
 */
export async function findJurors(
  { chain, host, log }: FindJurorsParts,
  jurors: readonly Address[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Address, PeerTarget>> {
  const wanted = new Set(jurors);
  const found = new Map<Address, PeerTarget>();
  const take = (target: PeerTarget): void => {
    const address = addressOf(target);
    if (address !== undefined && wanted.delete(address)) found.set(address, target);
  };
  for (const peerId of host.connected()) take({ peerId, multiaddrs: [] });
  if (wanted.size > 0) {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(SEARCH_MS)]);
    for await (const target of findPeers(host, validatorKey(host.network), deadline)) {
      take(target);
      if (wanted.size === 0) break;
    }
  }
  for (const juror of [...wanted]) {
    try {
      const bytes = await untilAborted(readRegisteredPeer(chain, juror), signal);
      if (bytes !== undefined) take({ peerId: peerIdOfBytes(bytes), multiaddrs: [] });
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      log.debug({ juror, problem: asLloomError(thrown).message }, "a juror's peer cannot be read");
    }
  }
  return found;
}

/** `undefined` for a peer without a wallet: anybody may announce anything. */
function addressOf({ peerId }: PeerTarget): Address | undefined {
  try {
    return peerAddress(peerId);
  } catch {
    return undefined;
  }
}
