import { setImmediate } from "node:timers/promises";
import type { SignedOffer } from "@lloom/protocol/messages";
import { executorKey, modelKey, validatorKey } from "@lloom/protocol/names";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { findPeers } from "../../p2p/discovery/provider-records.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import type { Host } from "../../p2p/host/host.ts";
import { callOffers } from "../../p2p/rpc/rpc-calls.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";

export interface OfferSearchOptions {
  readonly host: Host;
  /** Keeps an offer that a peer told, if it is worth keeping; resolves when that is known. */
  readonly accept: (signed: SignedOffer, peerId: string) => Promise<void>;
  /** Ends all searches. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Peers that one search asks at most. */
const MOST_PEERS = 128;
const SEARCH_TIMEOUT_MS = 5_000;
/** Offers that are checked before others get their turn. */
const OFFERS_IN_A_TURN = 16;
/** Longest time that a first question waits for validators that are slow or gone. */
const SURVEY_TIMEOUT_MS = 1_500;
/** Models whose survey is remembered; one that was not asked for in longest is surveyed again. */
const MOST_SURVEYED = 4_096;

/**
 * Looks for offers that gossip has not brought: asks the peers that are connected, and those that the DHT names as
 * executors, as executors of the model, and as validators (who know many offers). Everything at the same time.
 */
export class OfferSearch {
  readonly #options: OfferSearchOptions;
  readonly #searches = new Map<string | undefined, Promise<void>>();
  readonly #surveys = new Map<string, Promise<void>>();
  readonly #surveyed = new BoundedMap<string, true>({ most: MOST_SURVEYED });

  constructor(options: OfferSearchOptions) {
    this.#options = options;
  }

  /** Resolves when everybody has been asked; never rejects. Questions that come together share one search. */
  search(model?: string): Promise<void> {
    const running = this.#searches.get(model);
    if (running !== undefined) return running;
    const search = this.#search(model).finally(() => this.#searches.delete(model));
    this.#searches.set(model, search);
    return search;
  }

  /**
   * Resolves when the validators have told their offers of a model, or have had the time to; never rejects. Done once for a
   * model, as gossip and searches keep up with it from then on; `again` when nothing of it was left.
   */
  survey(model: string, { again }: { readonly again: boolean }): Promise<void> {
    const running = this.#surveys.get(model);
    if (running !== undefined) return running;
    if (this.#surveyed.get(model) === true && !again) return Promise.resolve();
    const deadline = AbortSignal.any([this.#options.signal, AbortSignal.timeout(SURVEY_TIMEOUT_MS)]);
    const survey = this.#askAll([validatorKey(this.#options.host.network)], deadline, model).finally(() => {
      this.#surveys.delete(model);
      this.#surveyed.set(model, true);
    });
    this.#surveys.set(model, survey);
    return survey;
  }

  #search(model: string | undefined): Promise<void> {
    const { host, signal } = this.#options;
    const { network } = host;
    const keys = [executorKey(network), validatorKey(network)];
    if (model !== undefined) keys.unshift(modelKey(network, model));
    return this.#askAll(keys, AbortSignal.any([signal, AbortSignal.timeout(SEARCH_TIMEOUT_MS)]), model);
  }

  /** Asks the peers that are connected, and those that are announced under the keys, each once. */
  async #askAll(keys: readonly string[], deadline: AbortSignal, model: string | undefined): Promise<void> {
    const { host } = this.#options;
    const asked = new Set<string>();
    const askOnce = (target: PeerTarget): Promise<void> => {
      if (asked.has(target.peerId) || asked.size >= MOST_PEERS) return Promise.resolve();
      asked.add(target.peerId);
      return this.ask(target, deadline, model);
    };
    const connected = host.connected().map((peerId) => ({ peerId, multiaddrs: [] }));
    await Promise.all([...connected.map(askOnce), ...keys.map((key) => this.#follow(key, deadline, askOnce))]);
  }

  /** Asks one peer for its offers; one that does not answer has none. Resolves when they are kept, or the signal aborts. */
  async ask(target: PeerTarget, signal: AbortSignal, model?: string): Promise<void> {
    const { host, accept, log } = this.#options;
    if (host.isBlamed(target.peerId)) return;
    try {
      const offers = await callOffers(host, { target, signal, ...(model === undefined ? {} : { model }) });
      const kept: Promise<void>[] = [];
      for (const [index, signed] of offers.entries()) {
        // Each costs a signature's check; what one peer tells must not hold up everything else.
        if (index % OFFERS_IN_A_TURN === OFFERS_IN_A_TURN - 1) await setImmediate();
        kept.push(accept(signed, target.peerId));
      }
      await untilAborted(Promise.all(kept), signal);
    } catch (thrown) {
      log.debug({ peer: target.peerId, problem: asLloomError(thrown).message }, "peer told no offers");
    }
  }

  async #follow(key: string, signal: AbortSignal, ask: (target: PeerTarget) => Promise<void>): Promise<void> {
    const asked: Promise<void>[] = [];
    for await (const target of findPeers(this.#options.host, key, signal)) asked.push(ask(target));
    await Promise.all(asked);
  }
}
