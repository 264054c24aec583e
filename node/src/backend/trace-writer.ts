import type { Hex } from "@lloom/protocol/commitment-types";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { GrowingRoot } from "@lloom/protocol/merkle";
import { encodeTraceLeaf, type TraceToken } from "@lloom/protocol/trace";

/** A trace as it is kept and signed. */
export interface WrittenTrace {
  readonly leaves: readonly Uint8Array[];
  /** Zero without leaves. */
  readonly root: Hex;
}

/** Written in one turn: a turn of its own for each token costs as much as the token's leaf. */
const TOKENS_AT_ONCE = 16;

/**
 * Writes a trace while its tokens come. What it takes of a token is put off to when the processor, or the graphics card, computes
 * the next one: no token waits for it, and the answer's end has a few hashes left to do.
 */
export class TraceWriter {
  readonly #leaves: Uint8Array[] = [];
  readonly #growing = new GrowingRoot();
  #waiting: TraceToken[] = [];
  #turn: NodeJS.Immediate | undefined;
  /** Of a token that has no leaf: told at the end, to whoever waits for it. */
  #problem: unknown;

  push(token: TraceToken): void {
    this.#waiting.push(token);
    if (this.#waiting.length < TOKENS_AT_ONCE) return;
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined;
      this.#write();
    });
  }

  /** All that was pushed. Throws REQUEST_INVALID for what has no leaf. */
  finish(): WrittenTrace {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    this.#write();
    if (this.#problem !== undefined) throw this.#problem;
    return { leaves: this.#leaves, root: this.#leaves.length === 0 ? ZERO_HASH : this.#growing.root() };
  }

  #write(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      for (const token of waiting) {
        const leaf = encodeTraceLeaf(token, this.#leaves.length);
        this.#leaves.push(leaf);
        this.#growing.add(leaf);
      }
    } catch (thrown) {
      this.#problem ??= thrown;
    }
  }
}

/** The same of a trace that came at once. */
export function writeTrace(tokens: readonly TraceToken[]): WrittenTrace {
  const writer = new TraceWriter();
  for (const token of tokens) writer.push(token);
  return writer.finish();
}
