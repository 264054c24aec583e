import type { PeerId } from "@libp2p/interface";
import type { Libp2p } from "libp2p";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { HostLimits } from "../limits.ts";

export interface DepartedOptions {
  readonly libp2p: Pick<Libp2p, "peerStore" | "addEventListener" | "removeEventListener">;
  readonly limits: Pick<HostLimits, "departedDialers" | "departedListeners">;
  readonly log: Log;
}

/**
 * Forgets peers that have left. libp2p keeps an entry of about 5 kB for everybody who ever dialled, and looks at its age only
 * when somebody asks for it: keys are free, so that strangers could fill the memory by coming and going. Of those that merely
 * dial, few are kept; those that listen are found again by their entry, and a DHT server needs it to name them.
 */
export class Departed implements Disposable {
  readonly #options: DepartedOptions;
  readonly #dialers: BoundedMap<string, PeerId>;
  readonly #listeners: BoundedMap<string, PeerId>;

  constructor(options: DepartedOptions) {
    const { libp2p, limits } = options;
    this.#options = options;
    const onEvict = (peer: PeerId): void => void this.#forget(peer);
    this.#dialers = new BoundedMap({ most: limits.departedDialers, onEvict });
    this.#listeners = new BoundedMap({ most: limits.departedListeners, onEvict });
    libp2p.addEventListener("peer:connect", this.#onCome);
    libp2p.addEventListener("peer:disconnect", this.#onLeave);
  }

  [Symbol.dispose](): void {
    const { libp2p } = this.#options;
    libp2p.removeEventListener("peer:connect", this.#onCome);
    libp2p.removeEventListener("peer:disconnect", this.#onLeave);
  }

  readonly #onCome = ({ detail }: CustomEvent<PeerId>): void => {
    const name = detail.toString();
    this.#dialers.delete(name);
    this.#listeners.delete(name);
  };

  readonly #onLeave = ({ detail }: CustomEvent<PeerId>): void => void this.#note(detail);

  async #note(peer: PeerId): Promise<void> {
    const entry = await this.#options.libp2p.peerStore.get(peer).catch(() => undefined);
    const kept = (entry?.addresses.length ?? 0) === 0 ? this.#dialers : this.#listeners;
    kept.set(peer.toString(), peer);
  }

  async #forget(peer: PeerId): Promise<void> {
    const { libp2p, log } = this.#options;
    await libp2p.peerStore.delete(peer).catch((thrown: unknown) => {
      log.debug({ peer: peer.toString(), problem: asLloomError(thrown).message }, "a peer that left is not forgotten");
    });
  }
}
