import type { Address } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { validatorKey } from "@lloom/protocol/names";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { findPeers } from "../../p2p/discovery/provider-records.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import type { Host } from "../../p2p/host/host.ts";
import { callOffers } from "../../p2p/rpc/rpc-calls.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { pause } from "../../primitives/pause.ts";

export interface WitnessesOptions {
  readonly host: Host;
  readonly executor: Address;
  /** Whether an offer is signed by its executor and well formed. */
  readonly isGenuine: (signed: SignedOffer) => boolean;
  readonly log: Log;
}

/** Connected peers asked at a time: the bootstrap peers are connected first. */
const MOST_CONNECTED = 8;
/** Validators of the DHT asked at a time, and how often they are looked for. */
const MOST_FOUND = 4;
const SEARCH_EVERY_MS = 600_000;
const SEARCH_MS = 5_000;
const ASK_MS = 2_000;
/** How long the first question waits for a bootstrap peer. */
const CONNECT_MS = 3_000;
const CONNECT_POLL_MS = 50;

/** Those who remember what a key said: validators keep the offers of executors with stake. */
export class Witnesses {
  readonly #options: WitnessesOptions;
  #found: readonly PeerTarget[] = [];
  #searchedAtMs = steadyClock();

  constructor(options: WitnessesOptions) {
    this.#options = options;
  }

  /** Waits until somebody is there to be asked, if the host was told where to look; returns whether there is. */
  async gather(signal: AbortSignal): Promise<boolean> {
    const { host } = this.#options;
    const deadlineMs = steadyClock() + CONNECT_MS;
    while (host.bootstrap > 0 && host.connected().length === 0 && steadyClock() < deadlineMs && !signal.aborted)
      await pause(CONNECT_POLL_MS, signal);
    return host.connected().length > 0;
  }

  /** Offers of the executor that witnesses hold, each verified; none from those that do not answer. */
  async ask(signal: AbortSignal): Promise<readonly SignedOffer[]> {
    const { host, executor, isGenuine, log } = this.#options;
    await this.#search(signal);
    const heard = host.connected().filter((peerId) => !host.isBlamed(peerId));
    const connected = heard.map((peerId): PeerTarget => ({ peerId, multiaddrs: [] }));
    const known = new Set(connected.slice(0, MOST_CONNECTED).map(({ peerId }) => peerId));
    const targets = [...connected.slice(0, MOST_CONNECTED), ...this.#found.filter(({ peerId }) => !known.has(peerId))];
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]);
    const told = await Promise.all(
      targets.map((target) =>
        callOffers(host, { target, signal: deadline, executor }).catch((thrown: unknown) => {
          log.trace({ peer: target.peerId, problem: asLloomError(thrown).message }, "no witness");
          return [];
        }),
      ),
    );
    return told.flat().filter((signed) => signed.offer.executor === executor && isGenuine(signed));
  }

  async #search(signal: AbortSignal): Promise<void> {
    if (steadyClock() - this.#searchedAtMs < SEARCH_EVERY_MS) return;
    this.#searchedAtMs = steadyClock();
    const found: PeerTarget[] = [];
    const { host } = this.#options;
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(SEARCH_MS)]);
    for await (const target of findPeers(host, validatorKey(host.network), deadline)) {
      found.push(target);
      if (found.length === MOST_FOUND) break;
    }
    this.#found = found;
  }
}
