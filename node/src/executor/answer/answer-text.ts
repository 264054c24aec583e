import { WIRE_LIMITS } from "@lloom/protocol/messages";

/** A surrogate pair may need one more unit than the limit allows, so pieces stay one below. */
const PIECE_UNITS = Math.floor(WIRE_LIMITS.tokenTextBytes / 4) - 1;
const endsInHighSurrogate = /[\uD800-\uDBFF]$/;

/**
 * Cuts a backend's text into pieces that are whole characters and fit a frame. Half a surrogate pair waits for its other
 * half; one that never gets it becomes U+FFFD, so that the pieces' bytes are exactly the bytes of the whole text.
 */
export class AnswerText {
  #held = "";
  #text = "";

  /** Everything given out so far. */
  get text(): string {
    return this.#text;
  }

  /** Pieces that can be sent now. */
  add(text: string): string[] {
    const joined = this.#held + text;
    this.#held = endsInHighSurrogate.test(joined) ? joined.slice(-1) : "";
    return this.#give(this.#held === "" ? joined : joined.slice(0, -1));
  }

  /** What was held back, at the end. */
  flush(): string[] {
    const held = this.#held;
    this.#held = "";
    return this.#give(held);
  }

  #give(text: string): string[] {
    const whole = text.toWellFormed();
    this.#text += whole;
    const pieces: string[] = [];
    for (let start = 0; start < whole.length; ) {
      let end = Math.min(start + PIECE_UNITS, whole.length);
      if (end < whole.length && endsInHighSurrogate.test(whole.slice(start, end))) end += 1;
      pieces.push(whole.slice(start, end));
      start = end;
    }
    return pieces;
  }
}
