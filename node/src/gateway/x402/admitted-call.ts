import type { FastifyReply } from "fastify";
import type { Asked } from "../asked.ts";
import type { BegunAnswer } from "../limited-ask.ts";

/** An answer, of which may be said that an earlier call had begun it. */
export interface StartedAnswer extends BegunAnswer {
  readonly isReplayed?: boolean;
}

/** How a paid call's answer is begun. */
export interface Starting {
  /** Of the call, if it has one. */
  readonly idempotencyKey: string | undefined;
  /** Whether an earlier call of this payer has this key. */
  readonly isKnown: () => boolean;
  readonly start: () => StartedAnswer;
}

/** A call with a payment that is good. */
export interface AdmittedCall {
  /** What the payment covers. */
  readonly asked: Asked;
  /** Under which the payer's calls are known. */
  readonly identity: string;
  /** Holds every request that is signed to what the payment covers. */
  readonly caller: { payer(): { purse(): { hold(requestHash: string, most: bigint): void }; over(): void } };
  /** Aborts when the answer would come too late for its payment to be taken. */
  readonly until: AbortSignal;
  /**
   * Begins the answer, waits until it is whole, takes the payment, and gives the answer then: nobody hears an answer whose payment was
   * not taken, and of an answer that fails nothing is taken. Throws what the answer throws, and 402, 409, 502 for the payment.
   */
  answer(starting: Starting, reply: FastifyReply): Promise<BegunAnswer>;
}
