import type { Hex } from "@lloom/protocol/commitment-types";
import { type Clock, wallClock } from "../../primitives/clock.ts";
import { type ApiKey, type KeyName, secretDigest } from "../client/api-keys.ts";
import { periodAt } from "../client/budget-period.ts";
import type { KeyHold, KeyUsage, Spending } from "../client/key-spending.ts";
import { NOTHING_SPENT } from "../client/key-spending.ts";
import type { RequestCharge } from "../client/request-charge.ts";
import type { FleetBook } from "./fleet-book.ts";
import type { ChangedBudget, FleetSpending } from "./fleet-spending.ts";

interface Known {
  readonly key: ApiKey;
  /** How its budget stood when it was last seen. */
  spending: Spending & { readonly periodAtMs: number };
}

const SWEEP_MS = 60_000;
/** So long Postgres may still carry out what nobody heard the end of. */
const DOUBT_MS = 60_000;

/**
 * A fleet's keys as this gateway last saw them, for what asks in passing (who calls, what is left), renewed at every call and by everything
 * that it holds and settles. What counts is decided in Postgres alone: a hold is taken there, in one statement with the key's end and its
 * budget, and the rest of a request waits for it.
 */
export class FleetKeys {
  readonly #book: FleetBook;
  readonly #spending: FleetSpending;
  readonly #clock: Clock;
  readonly #byId = new Map<number, Known>();
  readonly #byDigest = new Map<string, number>();
  /** Requests of calls that are over, whose end nobody knew or could tell to Postgres. Those under way are not here: theirs is yet to come. */
  readonly #open = new Map<Hex, number>();
  readonly #keyOf = new Map<Hex, number>();
  /** Holds that nobody knows of whether they were taken, and since when. */
  readonly #doubted = new Map<Hex, number>();
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(book: FleetBook, spending: FleetSpending, clock: Clock = wallClock) {
    this.#book = book;
    this.#spending = spending;
    this.#clock = clock;
  }

  /** All keys, and what this gateway held when it last ended. */
  async load(): Promise<void> {
    for (const key of await this.#book.list()) await this.#note(key);
    for (const { requestHash, keyId } of await this.#spending.own()) this.#open.set(requestHash, keyId);
  }

  /** Sees a key anew, and charges what gateways that are gone have held. */
  async renew(name: KeyName): Promise<void> {
    if (this.#clock() - this.#sweptAtMs > SWEEP_MS) {
      this.#sweptAtMs = this.#clock();
      await this.#spending.chargeLost(this.#sweptAtMs);
    }
    const key = await ("secret" in name ? this.#book.bySecret(name.secret) : this.#book.byId(name.id));
    if (key !== undefined) await this.#note(key);
    if (key !== undefined && "secret" in name) this.#byDigest.set(secretDigest(name.secret), key.id);
  }

  hasAny(): boolean {
    return true;
  }

  bySecret(secret: string): ApiKey | undefined {
    const id = this.#byDigest.get(secretDigest(secret));
    return id === undefined ? undefined : this.byId(id);
  }

  byId(id: number): ApiKey | undefined {
    return this.#byId.get(id)?.key;
  }

  spending(keyId: number, periodAtMs: number): Spending {
    const known = this.#byId.get(keyId)?.spending;
    return known?.periodAtMs === periodAtMs ? known : NOTHING_SPENT;
  }

  async hold(hold: KeyHold, budget: bigint | undefined): Promise<boolean> {
    this.#keyOf.set(hold.requestHash, hold.keyId);
    const changed = await this.#spending.hold(hold, budget).catch((cause: unknown) => {
      this.#doubted.set(hold.requestHash, this.#clock());
      throw cause;
    });
    if (changed === undefined) await this.renew({ id: hold.keyId });
    else this.#noteChanged(changed);
    return changed !== undefined;
  }

  /** Never throws: what Postgres cannot be told now is told later. */
  async resolve(requests: readonly Hex[], chargeOf: (requestHash: Hex) => RequestCharge | undefined): Promise<void> {
    for (const requestHash of requests) {
      const keyId = this.#keyOf.get(requestHash) ?? this.#open.get(requestHash);
      if (keyId === undefined) continue;
      this.#keyOf.delete(requestHash);
      this.#open.set(requestHash, keyId);
      const charge = chargeOf(requestHash);
      if (charge !== undefined) await this.#settle(requestHash, charge);
    }
  }

  held(keyId?: number): readonly Hex[] {
    return [...this.#open].filter(([, of]) => keyId === undefined || of === keyId).map(([requestHash]) => requestHash);
  }

  usage(sinceMs: number, keyId?: number): Promise<readonly KeyUsage[]> {
    return this.#book.usage(sinceMs, keyId);
  }

  async #settle(requestHash: Hex, charge: RequestCharge): Promise<void> {
    try {
      const changed = await this.#spending.settle(requestHash, charge);
      const doubtedAtMs = this.#doubted.get(requestHash);
      if (changed === undefined && doubtedAtMs !== undefined && this.#clock() - doubtedAtMs < DOUBT_MS) return;
      this.#doubted.delete(requestHash);
      this.#open.delete(requestHash);
      if (changed !== undefined) this.#noteChanged(changed);
    } catch {
      // It stays open, and is told with the key's next call, or after the next start.
    }
  }

  async #note(key: ApiKey): Promise<void> {
    const { fromMs } = periodAt(key.budget?.period ?? "total", this.#clock());
    const spending = await this.#book.spending(key.id, fromMs);
    this.#byId.set(key.id, { key, spending: { ...spending, periodAtMs: fromMs } });
  }

  #noteChanged({ keyId, periodAtMs, spent, held }: ChangedBudget): void {
    const known = this.#byId.get(keyId);
    if (known !== undefined && known.spending.periodAtMs <= periodAtMs) known.spending = { periodAtMs, spent, held };
  }
}
