const OTHER = "other";

/** Values of a label that strangers may choose: the first so many keep their names, all further ones are one. */
export class BoundedLabel {
  readonly #known = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The value to write. */
  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#most || value.length > 128) return OTHER;
    this.#known.add(value);
    return value;
  }
}
