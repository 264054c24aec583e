import type { Address } from "@lloom/protocol/commitment-types";
import { LloomError } from "../../errors.ts";

/** How much a WorkQueue takes. */
export interface QueueLimits {
  /** At work at once. */
  readonly concurrency: number;
  /** Waiting. */
  readonly queueLimit: number;
  /** Waiting and at work, of one client. */
  readonly perClientLimit: number;
}

/** Far from the front only some positions are told, so that a long queue does not send a frame to each at every step. */
const TOLD_ALWAYS = 8;
const TOLD_EVERY = 16;

/** A request that wants to work. */
export interface Entry {
  readonly client: Address;
  /** Leaves the queue; `enter` rejects with DRAINING if that is the reason, else with CANCELLED. */
  readonly signal: AbortSignal;
  /** Told at once and now and then: its place in the queue, from 1. */
  readonly onPosition: (position: number) => void;
}

interface Waiting extends Entry {
  readonly start: () => void;
}

/** First come, first served, so many at a time, and no client more than its share. */
export class WorkQueue {
  readonly #limits: QueueLimits;
  readonly #waiting: Waiting[] = [];
  readonly #ofClient = new Map<Address, number>();
  #running = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Throws RATE_LIMITED or QUEUE_FULL if another request of the client would not be taken now. */
  checkRoom(client: Address): void {
    const { concurrency, queueLimit, perClientLimit } = this.#limits;
    if ((this.#ofClient.get(client) ?? 0) >= perClientLimit)
      throw new LloomError("RATE_LIMITED", `This client has ${perClientLimit} requests here already.`);
    if (this.#running >= concurrency && this.#waiting.length >= queueLimit)
      throw new LloomError("QUEUE_FULL", `${queueLimit} requests are waiting already.`);
  }

  /** Takes a place at once and resolves when it is this entry's turn. Disposing the slot lets the next one in. */
  async enter(entry: Entry): Promise<Disposable> {
    this.checkRoom(entry.client);
    this.#ofClient.set(entry.client, (this.#ofClient.get(entry.client) ?? 0) + 1);
    try {
      if (this.#running < this.#limits.concurrency) this.#running += 1;
      else await this.#wait(entry);
    } catch (thrown) {
      this.#forget(entry.client);
      throw thrown;
    }
    return { [Symbol.dispose]: once(() => this.#leave(entry.client)) };
  }

  #wait(entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        ...entry,
        start: () => {
          entry.signal.removeEventListener("abort", abort);
          resolve();
        },
      };
      const abort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        this.#tellPositions();
        reject(whyLeft(entry.signal));
      };
      if (entry.signal.aborted) return reject(whyLeft(entry.signal));
      entry.signal.addEventListener("abort", abort, { once: true });
      this.#waiting.push(waiting);
      entry.onPosition(this.#waiting.length);
    });
  }

  /** The slot passes from the one that leaves to the one that waited longest. */
  #leave(client: Address): void {
    this.#forget(client);
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    next.start();
    this.#tellPositions();
  }

  #tellPositions(): void {
    for (const [index, { onPosition }] of this.#waiting.entries()) {
      const position = index + 1;
      if (position <= TOLD_ALWAYS || position % TOLD_EVERY === 0) onPosition(position);
    }
  }

  #forget(client: Address): void {
    const left = (this.#ofClient.get(client) ?? 1) - 1;
    if (left === 0) this.#ofClient.delete(client);
    else this.#ofClient.set(client, left);
  }
}

/** A client that hears DRAINING goes to another executor. */
const whyLeft = ({ reason }: AbortSignal): LloomError =>
  reason instanceof LloomError && reason.code === "DRAINING"
    ? reason
    : new LloomError("CANCELLED", "The client cancelled while the request was waiting.");

const once = (act: () => void): (() => void) => {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
};
