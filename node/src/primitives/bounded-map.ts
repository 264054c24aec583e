export interface BoundedMapOptions<Value> {
  readonly most: number;
  /** What must stay although it was not used for long, since somebody is at work with it. */
  readonly isHeld?: (value: Value) => boolean;
  /** Told what was let go of to make room. */
  readonly onEvict?: (value: Value) => void;
}

interface Entry<Key, Value> {
  readonly key: Key;
  value: Value;
  older: Entry<Key, Value> | undefined;
  newer: Entry<Key, Value> | undefined;
}

/** Held entries that one insertion passes over at most, so that its cost is bounded too. */
const MOST_PASSED = 16;

/**
 * A map of bounded size, with one rule: the entry that was not used for longest goes first. Held ones are passed over; a map
 * of nothing but held ones grows above its limit, so what holds entries must be bounded elsewhere.
 *
 * Entries are linked by age. A `Map` keeps that order too, but finds its first key by walking over all that were deleted
 * before it, which made one insertion into a map of 100 000 cost 0.1 ms.
 */
export class BoundedMap<Key, Value> {
  readonly #most: number;
  readonly #isHeld: (value: Value) => boolean;
  readonly #onEvict: (value: Value) => void;
  readonly #entries = new Map<Key, Entry<Key, Value>>();
  #oldest: Entry<Key, Value> | undefined;
  #newest: Entry<Key, Value> | undefined;

  constructor({ most, isHeld = () => false, onEvict = () => undefined }: BoundedMapOptions<Value>) {
    this.#most = most;
    this.#isHeld = isHeld;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value, which counts as a use. */
  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#renew(entry);
    return entry?.value;
  }

  /** The value, without a use. */
  peek(key: Key): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  /** Sets, which counts as a use, and lets go of what is too much. */
  set(key: Key, value: Value): void {
    const known = this.#entries.get(key);
    const entry = known ?? { key, value, older: undefined, newer: undefined };
    entry.value = value;
    this.#entries.set(key, entry);
    this.#renew(entry);
    if (known === undefined) this.#evict(this.#most);
  }

  /** The value that is there, or the one that is made now. */
  getOrInsert(key: Key, make: () => Value): Value {
    const known = this.get(key);
    if (known !== undefined) return known;
    const value = make();
    this.set(key, value);
    return value;
  }

  delete(key: Key): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#unlink(entry);
    return this.#entries.delete(key);
  }

  /** In no particular order. */
  keys(): MapIterator<Key> {
    return this.#entries.keys();
  }

  /** In no particular order. */
  *values(): Generator<Value> {
    for (const { value } of this.#entries.values()) yield value;
  }

  /** Lets go of the entry that was not used for longest, if one is found that is not held. */
  evictOldest(): void {
    this.#evict(this.#entries.size - 1);
  }

  #evict(most: number): void {
    for (let passed = 0; this.#entries.size > most && passed < MOST_PASSED; passed += 1) {
      const oldest = this.#oldest;
      if (oldest === undefined || oldest === this.#newest) return;
      if (this.#isHeld(oldest.value)) {
        this.#renew(oldest);
        continue;
      }
      this.delete(oldest.key);
      this.#onEvict(oldest.value);
    }
  }

  #renew(entry: Entry<Key, Value>): void {
    if (this.#newest === entry) return;
    this.#unlink(entry);
    entry.older = this.#newest;
    if (this.#newest !== undefined) this.#newest.newer = entry;
    this.#newest = entry;
    this.#oldest ??= entry;
  }

  #unlink(entry: Entry<Key, Value>): void {
    const { older, newer } = entry;
    if (older !== undefined) older.newer = newer;
    if (newer !== undefined) newer.older = older;
    if (this.#oldest === entry) this.#oldest = newer;
    if (this.#newest === entry) this.#newest = older;
    entry.older = undefined;
    entry.newer = undefined;
  }
}
