import { createHash, randomUUID } from "node:crypto";
import type { AskEvent } from "../../client/question.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type Clock, wallClock } from "../../primitives/clock.ts";
import { encodeJson } from "../../store/database/encoding.ts";
import type { Asked } from "../asked.ts";
import { encodeOutcome, tellOutcome } from "../kept-outcome.ts";
import type { BeginOptions, LimitedAsk } from "../limited-ask.ts";

/** Of all kept answers together. */
const MOST_BYTES = 64 * 2 ** 20;
/** Of one: a longer one is not kept, or it would push out all others. */
const MOST_BYTES_OF_ONE = 2 ** 20;
const MOST_ANSWERS = 65_536;

interface KeptCopy {
  readonly name: string;
  readonly outcome: string;
  readonly atMs: number;
}

/** How long answers are given again. */
export interface CacheOptions {
  /** 0: never. */
  readonly keepMs: number;
  readonly clock?: Clock;
}

/**
 * Gives the answer again that the same caller got to the same question a while ago: nothing is asked and nothing paid. Callers are told
 * apart by API keys with limits, so that nobody learns what another one asked; all others are the gateway's owner. Only whole answers are
 * kept, in memory.
 */
export function cachedAsk(ask: LimitedAsk, { keepMs, clock = wallClock }: CacheOptions): LimitedAsk {
  if (keepMs === 0) return ask;
  const kept = new KeptCopies(keepMs, clock);
  return {
    begin(asked, options) {
      const { cache = "use", idPrefix } = options;
      const name = nameOf(asked, options);
      const known = cache === "use" ? kept.find(name) : undefined;
      if (known === undefined) {
        const begun = ask.begin(asked, options);
        return cache === "off" ? begun : { ...begun, events: keeping(begun.events, (told) => kept.keep(name, told)) };
      }
      return {
        ...{ id: `${idPrefix}${randomUUID()}`, choices: asked.choices, created: Math.floor(clock() / 1000) },
        cachedAtMs: known.atMs,
        events: tellOutcome(known.outcome),
      };
    },
  };
}

class KeptCopies {
  readonly #keepMs: number;
  readonly #clock: Clock;
  #bytes = 0;
  readonly #copies = new BoundedMap<string, KeptCopy>({
    most: MOST_ANSWERS,
    onEvict: ({ outcome }) => {
      this.#bytes -= outcome.length;
    },
  });

  constructor(keepMs: number, clock: Clock) {
    this.#keepMs = keepMs;
    this.#clock = clock;
  }

  find(name: string): KeptCopy | undefined {
    const copy = this.#copies.get(name);
    if (copy === undefined || this.#clock() - copy.atMs < this.#keepMs) return copy;
    this.#forget(copy);
    return undefined;
  }

  keep(name: string, events: readonly AskEvent[]): void {
    const outcome = encodeOutcome(events);
    const known = this.#copies.peek(name);
    if (known !== undefined) this.#forget(known);
    if (outcome.length > MOST_BYTES_OF_ONE) return;
    this.#copies.set(name, { name, outcome, atMs: this.#clock() });
    this.#bytes += outcome.length;
    while (this.#bytes > MOST_BYTES) this.#copies.evictOldest();
  }

  #forget({ name, outcome }: KeptCopy): void {
    this.#copies.delete(name);
    this.#bytes -= outcome.length;
  }
}

/** By all that a question says; whether its answer comes as it is made or whole changes nothing about it. */
function nameOf(asked: Asked, { caller }: Pick<BeginOptions, "caller">): string {
  const { model, messages, sampling, choices, maxOutboundTokens, logprobs, fallbacks } = asked;
  const { verification, preference, maxPrice, demands } = asked;
  const question = [model, messages, sampling, choices, maxOutboundTokens, logprobs, fallbacks];
  const named = [caller?.key?.id, question, [verification, preference, maxPrice, demands]];
  return createHash("sha256").update(encodeJson(named)).digest("base64");
}

/** Passes events on, and keeps those of an answer that came to its end. */
async function* keeping(
  events: AsyncIterable<AskEvent>,
  keep: (told: readonly AskEvent[]) => void,
): AsyncGenerator<AskEvent, void> {
  const told: AskEvent[] = [];
  for await (const event of events) {
    told.push(event);
    yield event;
  }
  if (told.every((event) => event.type !== "end" || event.finishReason !== "failed")) keep(told);
}
