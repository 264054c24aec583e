import type { Hex } from "@lloom/protocol/commitment-types";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { steadyClock } from "../../primitives/clock.ts";

const REMEMBERED = 4_096;

/**
 * Whose turn it is to send what anybody can: every validator waits for a time of its own, so that one is first and the others find
 * it done, instead of all paying for the same transaction.
 */
export class Turns {
  readonly #spreadMs: number;
  readonly #ready = new BoundedMap<string, number>({ most: REMEMBERED });

  constructor(spreadMs: number) {
    this.#spreadMs = spreadMs;
  }

  /** Whether it is this validator's turn to do something that is due. */
  isNow(id: Hex, what: string, nowMs = steadyClock()): boolean {
    const readyMs = this.#ready.getOrInsert(`${id} ${what}`, () => nowMs + Math.random() * this.#spreadMs);
    return nowMs >= readyMs;
  }

  /** It was done, or nothing is due any more. */
  forget(id: Hex, what: string): void {
    this.#ready.delete(`${id} ${what}`);
  }
}
