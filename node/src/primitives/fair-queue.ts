export interface FairQueueOptions {
  /** What one source may have waiting. */
  readonly mostOfOne: number;
  /** What all may have waiting together; beyond that, a source that has nothing waiting still gets one place. */
  readonly most: number;
}

/**
 * What waits for its turn, by who brought it: the sources are served one after the other, however much each of them brings.
 * So whoever brings little waits for one round at most, and a flood makes nobody wait but who let it in.
 */
export class FairQueue<Item> {
  readonly #options: FairQueueOptions;
  /** Items of each source, and a place in the map for its turn: the first is served next, and goes to the end. */
  readonly #waiting = new Map<string, Item[]>();
  #size = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether it found a place. */
  add(source: string, item: Item): boolean {
    const own = this.#waiting.get(source);
    if (own === undefined) this.#waiting.set(source, [item]);
    else if (own.length >= this.#options.mostOfOne || this.#size >= this.#options.most) return false;
    else own.push(item);
    this.#size += 1;
    return true;
  }

  /** The oldest item of the source whose turn it is. */
  take(): { readonly source: string; readonly item: Item } | undefined {
    for (const [source, own] of this.#waiting) {
      const item = own.shift();
      this.#waiting.delete(source);
      if (own.length > 0) this.#waiting.set(source, own);
      if (item === undefined) continue;
      this.#size -= 1;
      return { source, item };
    }
    return undefined;
  }
}
