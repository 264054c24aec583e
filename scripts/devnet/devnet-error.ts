/** A failure of the devnet: a sentence, and what to do next. */
export class DevnetError extends Error {
  override readonly name = "DevnetError";
  readonly next: string;

  constructor(message: string, next: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.next = next;
  }
}

/** What failed and what to do next, as a script's last words. */
export function explain(thrown: unknown): string {
  const next = thrown instanceof DevnetError ? thrown.next : "Run it again; if it stays, report it with this text.";
  return `${thrown instanceof Error ? thrown.message : String(thrown)}\n  ${next}`;
}
