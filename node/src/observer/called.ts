import type { Address } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import type { PeerTarget } from "../p2p/host/dial.ts";
import { peerOfOffer } from "../p2p/host/peer-of-offer.ts";
import { HOUR_MS } from "../store/observer/sample-log.ts";
import type { TermsLog } from "../store/observer/terms-log.ts";
import type { CallTurns } from "./call-turns.ts";

/** Who has not been heard for a week is called no more. */
const CALLED_MS = 7 * 24 * HOUR_MS;
const MOST_CALLED = 4_096;

interface Known {
  readonly target: PeerTarget;
  readonly heardAtMs: number;
}

/** Executors that are called in turn, where each was last said to be; remembered across restarts. */
export class Called {
  readonly #store: Pick<TermsLog, "noteExecutors" | "knownExecutors">;
  readonly #turns: CallTurns;
  /** The longest unheard first. */
  readonly #known = new Map<Address, Known>();
  readonly #unsaved = new Set<Address>();

  /** Begins with those that were heard within a week. */
  constructor(store: Pick<TermsLog, "noteExecutors" | "knownExecutors">, turns: CallTurns, nowMs: number) {
    this.#store = store;
    this.#turns = turns;
    const known = store.knownExecutors(nowMs - CALLED_MS, MOST_CALLED).toReversed();
    for (const { executor, peerId, multiaddrs, heardAtMs } of known)
      this.#keep(executor, { target: { peerId, multiaddrs }, heardAtMs }, nowMs);
  }

  get size(): number {
    return this.#known.size;
  }

  executors(): readonly Address[] {
    return [...this.#known.keys()];
  }

  /** An offer says where its executor is; one that says nothing leaves it where it was. */
  hear(signed: SignedOffer, nowMs: number): void {
    const { executor } = signed.offer;
    const target = peerOfOffer(signed);
    if (target === undefined) return;
    this.#keep(executor, { target, heardAtMs: nowMs }, nowMs);
    this.#unsaved.add(executor);
  }

  targetOf(executor: Address): PeerTarget | undefined {
    return this.#known.get(executor)?.target;
  }

  forget(executor: Address): void {
    this.#known.delete(executor);
    this.#unsaved.delete(executor);
    this.#turns.remove(executor);
  }

  /** Saves what was heard, and calls nobody any more who was silent for a week. */
  tidy(nowMs: number): void {
    const unsaved = [...this.#unsaved].flatMap((executor) => {
      const known = this.#known.get(executor);
      return known === undefined ? [] : [{ executor, ...known.target, heardAtMs: known.heardAtMs }];
    });
    this.#unsaved.clear();
    if (unsaved.length > 0) this.#store.noteExecutors(unsaved);
    for (const [executor, { heardAtMs }] of this.#known) if (heardAtMs < nowMs - CALLED_MS) this.forget(executor);
  }

  #keep(executor: Address, known: Known, nowMs: number): void {
    // Deleted first, so that the order is that of the hearing.
    this.#known.delete(executor);
    this.#known.set(executor, known);
    this.#turns.add(executor, nowMs);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_CALLED && oldest !== undefined) this.forget(oldest);
  }
}
