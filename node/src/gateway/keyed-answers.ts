import { createHash } from "node:crypto";
import type { AskEvent } from "../client/question.ts";
import { HttpError } from "./http-problem.ts";
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

interface Entry {
  readonly fingerprint: string;
  readonly answer: KeptAnswer;
  readonly recording: Recording<AskEvent>;
  readonly sinceMs: number;
}

/** How long a finished answer is kept for its repeat. */
const KEEP_MS = 24 * 60 * 60_000;
/** Finished answers kept at most; the oldest go first. */
const MOST_KEPT = 4096;
/** Their texts and receipts together. */
const MOST_KEPT_BYTES = 64 * 1024 * 1024;
/** A receipt beside its text, roughly. */
const RECEIPT_BYTES = 4096;

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
 * Answers to calls that carry an Idempotency-Key: such a call is paid once, however often it is repeated. It runs to its end
 * also when its caller hangs up, and the repeat joins it or gets the same answer again. A failure is not kept: the repeat
 * tries again. Answers are kept in memory alone, bounded, so they end with the process.
 */
export class KeyedAnswers {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: () => number;

  constructor(clock: () => number = Date.now) {
    this.#clock = clock;
  }

  /** The answer that the key has already; else the one that `start` begins. Throws when the body is another one. */
  answer(call: KeyedCall, start: () => Omit<KeptAnswer, "events"> & { events: AsyncIterable<AskEvent> }): KeptAnswer {
    this.#prune();
    const name = digest([call.caller, call.key]);
    const fingerprint = digest(call.body);
    const known = this.#entries.get(name);
    if (known !== undefined) {
      if (known.fingerprint === fingerprint) return known.answer;
      throw new HttpError("REQUEST_INVALID", "This Idempotency-Key was used for another request.", {
        status: 422,
        code: "IDEMPOTENCY_KEY_REUSED",
        next: "Use a new key for a new request, and the same body for a repeat.",
      });
    }
    const { events, ...identity } = start();
    const recording = new Recording(events, weightOf);
    const answer: KeptAnswer = { ...identity, events: () => recording.replay() };
    this.#entries.set(name, { fingerprint, answer, recording, sinceMs: this.#clock() });
    void recording.ended.then((hasFailed) => {
      if (hasFailed) this.#entries.delete(name);
    });
    return answer;
  }

  /** Lets go of what is too old, and of the oldest where there is too much; never of an answer under way. */
  #prune(): void {
    let [count, bytes] = [0, 0];
    for (const [name, { recording, sinceMs }] of [...this.#entries].reverse()) {
      if (recording.isOpen) continue;
      count += 1;
      bytes += recording.weight;
      const isOld = this.#clock() - sinceMs > KEEP_MS;
      if (isOld || count > MOST_KEPT || bytes > MOST_KEPT_BYTES) this.#entries.delete(name);
    }
  }
}

const weightOf = (event: AskEvent): number => (event.type === "text" ? 2 * event.text.length : RECEIPT_BYTES);

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("base64");
