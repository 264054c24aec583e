/** What a caller has left. */
export interface Allowance {
  readonly allowed: boolean;
  /** Whole requests that it may send at once. */
  readonly remaining: number;
  /** Until one more is allowed, or all are again. */
  readonly resetSeconds: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

interface Rates {
  /** Most at once. */
  readonly burst: number;
  readonly perSecond: number;
  /** Callers that are remembered; the longest unheard are forgotten, which gives them what a stranger has. */
  readonly most: number;
}

/** Counts requests by caller: so many at once, and so many a second. */
export class RateLimit {
  readonly #rates: Rates;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rates: Rates) {
    this.#rates = rates;
  }

  /** Takes one request of a caller, if there is one left, at a time of the steady clock. */
  take(caller: string, nowMs: number): Allowance {
    const { burst, perSecond, most } = this.#rates;
    const before = this.#buckets.get(caller) ?? { tokens: burst, atMs: nowMs };
    const tokens = Math.min(burst, before.tokens + ((nowMs - before.atMs) / 1_000) * perSecond);
    const allowed = tokens >= 1;
    const left = allowed ? tokens - 1 : tokens;
    this.#buckets.delete(caller);
    this.#buckets.set(caller, { tokens: left, atMs: nowMs });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > most && oldest !== undefined) this.#buckets.delete(oldest);
    const wanted = allowed ? burst - left : 1 - left;
    return { allowed, remaining: Math.floor(left), resetSeconds: Math.ceil(wanted / perSecond) };
  }
}
