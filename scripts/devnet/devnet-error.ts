/** A failure of the devnet: a sentence, and what to do next. */
export class DevnetError extends Error {
  override readonly name = "DevnetError";
  readonly next: string;

  constructor(message: string, next: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.next = next;
  }
}
