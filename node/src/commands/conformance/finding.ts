import { LloomError } from "@lloom/protocol/lloom-error";

/** How one thing that the documents say came out. */
export interface Line {
  readonly name: string;
  /** Page and section, as a link from the root of the checkout. */
  readonly section: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** What was found, or why nothing was looked at. */
  readonly message: string;
}

/** What a check finds: a sentence. Throws `Broken` for what the documents do not allow. */
export type Found = string;

/** The node does something else than the documents say. */
export class Broken extends LloomError {
  /** Goes on where a line has named the check. */
  readonly otherwise: string;

  constructor(otherwise: string) {
    super("RESPONSE_INVALID", otherwise);
    this.otherwise = otherwise;
  }
}

/** Throws `Broken` unless it holds. */
export function hold(isRight: boolean, otherwise: string): void {
  if (!isRight) throw new Broken(otherwise);
}

/** There is nothing to look at, and why. */
export class Skipped extends LloomError {
  /** Goes on where a line has named the check. */
  readonly reason: string;

  constructor(reason: string) {
    super("CANCELLED", reason);
    this.reason = reason;
  }
}
