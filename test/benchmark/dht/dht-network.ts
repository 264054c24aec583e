import { setImmediate } from "node:timers/promises";
import { modelKey } from "@lloom/protocol/names";
import { createLog } from "../../../node/src/log.ts";
import { type Announcement, announce } from "../../../node/src/p2p/discovery/provider-records.ts";
import { contactsFor } from "./contacts.ts";
import { type DhtHost, openDhtHost, settle } from "./dht-host.ts";
import { type LookUp, lookUp } from "./look-up.ts";
import { MemoryNetwork } from "./memory-network.ts";

/** One host in so many sells, and so many sell the same model: fewer than a search stops at, so that it goes to its end. */
const ONE_IN = 20;
const OF_ONE_MODEL = 10;
/** Announcing at a time. */
const AT_ONCE = 8;

const log = createLog({ level: "silent", name: "bench" });
const never = new AbortController().signal;

/** Hosts of a DHT in memory, some of which sell. */
export class DhtNetwork {
  readonly #memory = new MemoryNetwork();
  #living: DhtHost[] = [];
  readonly #keys = new Map<DhtHost, string>();
  readonly #announced = new Map<DhtHost, Announcement>();
  readonly #all: string[] = [];

  get hosts(): readonly DhtHost[] {
    return this.#living;
  }

  /** So many hosts come, which know those that live as they would after a while; the older ones learn of them by themselves. Some announce themselves. */
  async come(count: number): Promise<void> {
    const comers: DhtHost[] = [];
    for (let number = 0; number < count; number += 1) comers.push(await openDhtHost(this.#memory));
    this.#living = [...this.#living, ...comers];
    const contacts = contactsFor(this.#living);
    for (const comer of comers) {
      await settle(comer, contacts.get(comer) ?? []);
      await setImmediate();
    }
    const models = Math.max(1, Math.floor(this.#living.length / ONE_IN / OF_ONE_MODEL));
    for (let model = this.#all.length; model < models; model += 1)
      this.#all.push(modelKey({ chainId: 31_337n, accounting: "0x00" }, `model-${model}`));
    const sold = comers
      .slice(0, Math.floor(count / ONE_IN))
      .map((host, index): [DhtHost, string] => [host, this.#all[index % this.#all.length] ?? ""]);
    for (const [host, key] of sold) this.#keys.set(host, key);
    await this.#announce(sold);
  }

  /** So many hosts vanish without a word. */
  vanish(count: number): void {
    const gone = shuffled(this.#living).slice(0, count);
    this.#living = this.#living.filter((host) => !gone.includes(host));
    for (const host of gone) {
      host.vanish();
      this.#keys.delete(host);
      // It would try for ever, at the cost of those that are measured.
      void this.#announced.get(host)?.stop();
    }
  }

  /** All sellers that live announce themselves again, as each does every ten minutes. */
  refresh(): Promise<void> {
    return this.#announce([...this.#keys]);
  }

  /** Searches by hosts that live and do not sell, one after the other. */
  async lookUps(count: number): Promise<LookUp[]> {
    const done: LookUp[] = [];
    const buyers = this.#living.filter((host) => !this.#keys.has(host));
    for (let number = 0; number < count; number += 1)
      done.push(await lookUp(this.#memory, any(buyers), any(this.#all)));
    return done;
  }

  #announce(sold: readonly (readonly [DhtHost, string])[]): Promise<void> {
    return inTurns(sold, async ([host, key]) => {
      await this.#announced.get(host)?.stop();
      const announcement = announce(host, { keys: [key], log, signal: never });
      this.#announced.set(host, announcement);
      await announcement.announced;
    });
  }
}

const any = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);

async function inTurns<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const work = async (): Promise<void> => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
