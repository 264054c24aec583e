import type { JsonValue } from "@lloom/protocol/canonical";
import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { hashObservedSheet, hashSheetContent } from "@lloom/protocol/observed/signed-sheet";
import { BoundedMap } from "../primitives/bounded-map.ts";
import { type Clock, steadyClock, toSeconds } from "../primitives/clock.ts";
import type { ObserverParts } from "./observer-options.ts";

/** How long a sheet that was signed is told again: whoever asks all the time costs no signature each time. */
const KEPT_MS = 2_000;
const MOST_KEPT = 64;

interface Kept {
  readonly text: string;
  readonly untilMs: number;
}

/** Signs what was seen, and keeps it for a moment. */
export class Publisher {
  readonly #parts: Pick<ObserverParts, "identity">;
  readonly #hasher: ReturnType<typeof createCommitmentHasher>;
  readonly #clock: Clock;
  readonly #kept = new BoundedMap<string, Kept>({ most: MOST_KEPT });

  constructor(parts: Pick<ObserverParts, "identity" | "chain">, clock: Clock) {
    this.#parts = parts;
    this.#hasher = createCommitmentHasher(parts.chain.domain);
    this.#clock = clock;
  }

  /** The signed sheet as JSON text; `key` says which one it is. */
  sheet(key: string, kind: string, draw: () => JsonValue): string {
    const nowMs = steadyClock();
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.untilMs > nowMs) return kept.text;
    const text = this.#signed(kind, draw());
    this.#kept.set(key, { text, untilMs: nowMs + KEPT_MS });
    return text;
  }

  #signed(kind: string, content: JsonValue): string {
    const { identity } = this.#parts;
    const observer: Address = identity.address;
    const observedAt = toSeconds(this.#clock());
    const contentHash = hashSheetContent(content);
    const signature = identity.sign(hashObservedSheet(this.#hasher, { observer, kind, observedAt, contentHash }));
    return JSON.stringify({ observer, kind, observedAt: Number(observedAt), content, signature });
  }
}
