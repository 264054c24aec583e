import { createHash } from "node:crypto";
import type { Hex } from "@lloom/protocol/commitment-types";
import type { AskEvent } from "../client/question.ts";
import { asLloomError } from "../errors.ts";
import type { Clock } from "../primitives/clock.ts";
import type { KeyedCalls, KnownCall } from "../store/keyed-calls.ts";
import type { OwnFate } from "../store/own-fate.ts";
import type { Deployment } from "./answer-facts.ts";
import { HttpError } from "./http-problem.ts";
import { lostCall, mayHaveCost } from "./lost-call.ts";
import { Recording } from "./recording.ts";

/** An answer that a repeated call gets again. */
export interface KeptAnswer {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  readonly events: () => AsyncIterable<AskEvent>;
}

/** A call that names itself, so that its repeat is known. */
export interface KeyedCall {
  readonly key: string;
  /** Who calls; the same key of another caller is another call. */
  readonly caller: string;
  readonly body: unknown;
}

/** What outlives the process: calls with their answers, and what became of the requests that were signed for them. */
export interface CallMemory {
  readonly calls: KeyedCalls;
  readonly fateOf: (requestHash: Hex) => OwnFate | undefined;
  readonly clock?: Clock;
}

interface Running {
  readonly fingerprint: string;
  readonly answer: KeptAnswer;
}

/** An answer under way that is not kept by anybody yet. */
type BegunAnswer = Omit<KeptAnswer, "events"> & { readonly events: AsyncIterable<AskEvent> };

const KEY = /^[\x21-\x7e]{1,255}$/;

/** The call's Idempotency-Key, if it has one. Throws REQUEST_INVALID for one that is none. */
export function idempotencyKey(given: string | string[] | undefined): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given === "string" && KEY.test(given)) return given;
  throw new HttpError("REQUEST_INVALID", "The header idempotency-key is none.", {
    status: 400,
    next: "Send 1 to 255 printable ASCII characters without spaces, such as a UUID.",
  });
}

/**
 * Answers to calls that carry an Idempotency-Key: such a call is paid once, however often it is repeated, also over the end of
 * this process at any moment. It runs to its end also when its caller hangs up, and the repeat joins it or gets the same answer
 * again. Before a request is sent it is noted for which call; so after a crash it is known whether anything was. A failure is
 * not kept: the repeat tries again.
 */
export class KeyedAnswers {
  readonly #running = new Map<string, Running>();
  readonly #memory: CallMemory;
  readonly #deployment: Deployment;
  readonly #clock: Clock;

  constructor(memory: CallMemory, deployment: Deployment) {
    this.#memory = memory;
    this.#deployment = deployment;
    this.#clock = memory.clock ?? Date.now;
  }

  /**
   * The answer that the key has already; else the one that `start` begins. Throws when the body is another one, and when the
   * process ended in the middle of the call and may have paid for an answer that it had not kept.
   */
  answer(call: KeyedCall, start: () => BegunAnswer): KeptAnswer {
    const name = digest([call.caller, call.key]);
    const fingerprint = digest(call.body);
    const running = this.#running.get(name);
    if (running !== undefined) return checkSame(running, fingerprint).answer;
    const known = this.#memory.calls.find(name, this.#clock());
    if (known === undefined) return this.#begin(name, fingerprint, start);
    checkSame(known, fingerprint);
    if (known.answer !== undefined) return keptAnswer(known, known.answer);
    this.#checkUnpaid(known);
    return this.#begin(name, fingerprint, start);
  }

  #begin(name: string, fingerprint: string, start: () => BegunAnswer): KeptAnswer {
    const { events, ...identity } = start();
    const recording = new Recording(this.#remembered(events, { name, fingerprint, ...identity }));
    const answer: KeptAnswer = { ...identity, events: () => recording.replay() };
    this.#running.set(name, { fingerprint, answer });
    void recording.ended.then(() => this.#running.delete(name));
    return answer;
  }

  /** Passes events on once it is on disk what they mean: a request, before it is sent; the answer, before its end is told. */
  async *#remembered(
    events: AsyncIterable<AskEvent>,
    { name, ...call }: { name: string; fingerprint: string; id: string; created: number },
  ): AsyncGenerator<AskEvent, void> {
    const { calls } = this.#memory;
    const told: AskEvent[] = [];
    try {
      for await (const event of events) {
        if (told.length === 0) calls.begin(name, call, this.#clock());
        told.push(event);
        if (event.type === "signed") calls.noteRequest(name, event.requestHash);
        if (event.type === "end") calls.finish(name, encodeEvents(told), this.#clock());
        yield event;
      }
    } catch (thrown) {
      if (asLloomError(thrown).code !== "STORE_FAILED") calls.forget(name);
      throw thrown;
    }
  }

  /** A call that an earlier process began and did not finish may be begun again if nothing can have been paid for it. */
  #checkUnpaid({ requests }: KnownCall): void {
    const fates = requests.map((requestHash) => ({ requestHash, fate: this.#memory.fateOf(requestHash) }));
    const paid = fates.findLast(({ fate }) => mayHaveCost(fate));
    if (paid !== undefined) throw lostCall(paid, this.#deployment);
  }
}

function checkSame<T extends { readonly fingerprint: string }>(known: T, fingerprint: string): T {
  if (known.fingerprint === fingerprint) return known;
  throw new HttpError("REQUEST_INVALID", "This Idempotency-Key was used for another request.", {
    status: 422,
    code: "IDEMPOTENCY_KEY_REUSED",
    next: "Use a new key for a new request, and the same body for a repeat.",
  });
}

/** An answer of the log, told again. */
function keptAnswer({ id, created }: KnownCall, answer: string): KeptAnswer {
  const events = decodeEvents(answer);
  return {
    ...{ id, created },
    events: async function* () {
      yield* events;
    },
  };
}

/** Only what a repeat is told. Integers of the signed types are no numbers of JSON. */
const encodeEvents = (events: readonly AskEvent[]): string =>
  JSON.stringify(
    events.filter(({ type }) => type !== "status" && type !== "signed"),
    (_, value: unknown) => (typeof value === "bigint" ? { integer: `${value}` } : value),
  );

/** What `encodeEvents` wrote: the log's encryption proves that nobody else did. */
const decodeEvents = (text: string): AskEvent[] =>
  JSON.parse(text, (_, value: unknown) =>
    typeof value === "object" && value !== null && "integer" in value ? BigInt(String(value.integer)) : value,
  );

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("base64");
