import { LloomError } from "../protocol/src/lloom-error.ts";

/** A failure of a command of the checkout: a sentence, and what to do next. */
export class ExplainedError extends Error {
  override readonly name: string = "ExplainedError";
  readonly next: string;

  constructor(message: string, next: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.next = next;
  }
}

/** What failed and what to do next, as a command's last words. */
export function explain(thrown: unknown): string {
  const next =
    thrown instanceof ExplainedError || thrown instanceof LloomError
      ? thrown.next
      : "Run it again; if it stays, report it with this text.";
  return `${thrown instanceof Error ? thrown.message : String(thrown)}\n  ${next}`;
}
