import { createHash } from "node:crypto";
import type { Hex } from "@lloom/protocol/commitment-types";
import type { AskEvent } from "../client/question.ts";
import { asLloomError, type LloomError } from "../errors.ts";
import { type Clock, wallClock } from "../primitives/clock.ts";
import type { KeyedCalls } from "../store/client/keyed-calls.ts";
import type { OwnFate } from "../store/client/own-fate.ts";
import type { PaidDeployment } from "./answer-facts.ts";
import { HttpError } from "./http-problem.ts";
import { encodeOutcome, lastingFailure, tellOutcome } from "./kept-outcome.ts";
import type { BegunAnswer } from "./limited-ask.ts";
import { isTurnedAway, lostCall, type SignedFor } from "./lost-call.ts";
import { Recording } from "./recording.ts";

/** An answer that a repeated call gets again. */
export interface KeptAnswer {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  /** It was begun by an earlier call. */
  readonly isReplayed: boolean;
  readonly events: () => AsyncIterable<AskEvent>;
}

/** A call that names itself, so that its repeat is known. */
export interface IdempotentCall {
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
 * this process at any moment. It runs to its end also when its caller hangs up, and the repeat joins it. Before a request is
 * sent it is noted for which call; from then on the call's outcome lasts, a failure as well as an answer, and a repeat hears
 * the same. Only a call whose every request stayed here or was turned away leaves nothing behind: its repeat is a new call.
 */
export class KeyedAnswers {
  readonly #running = new Map<string, Running>();
  readonly #memory: CallMemory;
  readonly #deployment: PaidDeployment;
  readonly #clock: Clock;

  constructor(memory: CallMemory, deployment: PaidDeployment) {
    this.#memory = memory;
    this.#deployment = deployment;
    this.#clock = memory.clock ?? wallClock;
  }

  /**
   * The answer that the key has already; else the one that `start` begins. Throws when the body is another one, and when the
   * process ended in the middle of the call, whose outcome lasts and is not known.
   */
  answer(call: IdempotentCall, start: () => BegunAnswer): KeptAnswer {
    const name = digest([call.caller, call.key]);
    const fingerprint = digest(call.body);
    const running = this.#running.get(name);
    if (running !== undefined) return { ...checkSame(running, fingerprint).answer, isReplayed: true };
    const known = this.#memory.calls.find(name, this.#clock());
    if (known === undefined) return this.#begin(name, fingerprint, start);
    const { id, created, outcome } = checkSame(known, fingerprint);
    if (outcome !== undefined) return { id, created, isReplayed: true, events: () => tellOutcome(outcome) };
    const taken = this.#takenRequest(name);
    if (taken !== undefined) throw lostCall(taken, this.#deployment);
    return this.#begin(name, fingerprint, start);
  }

  /** Its answer is kept elsewhere by now: no repeat will come. */
  forget({ caller, key }: Pick<IdempotentCall, "caller" | "key">): void {
    this.#memory.calls.forget(digest([caller, key]));
  }

  /** Whether a call was begun under this name and is not forgotten: `answer` begins no other then, unless nobody took it. */
  knows({ caller, key }: Omit<IdempotentCall, "body">): boolean {
    const name = digest([caller, key]);
    return this.#running.has(name) || this.#memory.calls.find(name, this.#clock()) !== undefined;
  }

  #begin(name: string, fingerprint: string, start: () => BegunAnswer): KeptAnswer {
    const { events, choices = 1, ...identity } = start();
    const { calls } = this.#memory;
    const recording = new Recording(events, {
      // On disk first: a request before it is sent, the answer before its end is told.
      taken: (event, before) => {
        if (before.length === 0) calls.begin(name, { fingerprint, ...identity }, this.#clock());
        if (event.type === "signed") calls.noteRequest(name, event.requestHash);
        if (event.type === "end" && endsOf(before) === choices - 1)
          calls.finish(name, encodeOutcome([...before, event]), this.#clock());
      },
      failed: (thrown, before) => this.#concludeFailure(name, asLloomError(thrown), before),
    });
    const answer: KeptAnswer = { ...identity, isReplayed: false, events: () => recording.replay() };
    this.#running.set(name, { fingerprint, answer });
    void recording.ended.then(() => this.#running.delete(name));
    return answer;
  }

  /** Keeps a failure that lasts, and forgets the call after any other; returns what its callers are told. */
  #concludeFailure(name: string, error: LloomError, told: readonly AskEvent[]): LloomError {
    // What is on disk stays as it is, and its repeat is judged by that.
    if (error.code === "STORE_FAILED") return error;
    const { calls } = this.#memory;
    if (this.#takenRequest(name) === undefined) {
      calls.forget(name);
      return error;
    }
    const failure = lastingFailure(error);
    calls.finish(name, encodeOutcome(told, failure), this.#clock());
    return failure;
  }

  /** The call's newest request that an executor may have taken, which makes its outcome last. */
  #takenRequest(name: string): SignedFor | undefined {
    const requests = this.#memory.calls.find(name, this.#clock())?.requests ?? [];
    return requests
      .map((requestHash) => ({ requestHash, fate: this.#memory.fateOf(requestHash) }))
      .findLast(({ fate }) => !isTurnedAway(fate));
  }
}

const endsOf = (events: readonly AskEvent[]): number => events.filter(({ type }) => type === "end").length;

function checkSame<T extends { readonly fingerprint: string }>(known: T, fingerprint: string): T {
  if (known.fingerprint === fingerprint) return known;
  throw new HttpError("REQUEST_INVALID", "This Idempotency-Key was used for another request.", {
    status: 422,
    code: "IDEMPOTENCY_KEY_REUSED",
    next: "Use a new key for a new request, and the same body for a repeat.",
  });
}

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("base64");
