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
export interface QueueEntry {
  readonly client: Address;
  /** Leaves the queue; `enter` rejects with DRAINING if that is the reason, else with CANCELLED. */
  readonly signal: AbortSignal;
  /** Told at once and now and then: its place in the queue, from 1. */
  readonly onPosition: (position: number) => void;
}

interface Waiting extends QueueEntry {
  readonly turn: number;
  readonly start: () => void;
}

/** What one client has here, as long as it has anything. */
interface ClientUse {
  requests: number;
  /** Of its newest request: the next one comes after it. */
  turn: number;
}

/** One part in so many of the waiting places is for clients that have nothing here yet. */
const NEWCOMERS_PART = 4;

/**
 * So many at a time, and the clients in turn: each request of a client takes a later turn than the one before, so that whoever
 * asks for one thing waits for one request of each of the others, not for all of theirs. Within a turn first come, first
 * served; and no client has more than its share.
 */
export class WorkQueue {
  readonly #limits: QueueLimits;
  readonly #waiting: Waiting[] = [];
  readonly #clients = new Map<Address, ClientUse>();
  #running = 0;
  /** Of the request that was let in last. */
  #turn = 0;

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
    const { requests = 0 } = this.#clients.get(client) ?? {};
    if (requests >= perClientLimit)
      throw new LloomError("RATE_LIMITED", `This client has ${perClientLimit} requests here already.`);
    const places = requests === 0 ? queueLimit : queueLimit - Math.floor(queueLimit / NEWCOMERS_PART);
    if (this.#running >= concurrency && this.#waiting.length >= places)
      throw new LloomError("QUEUE_FULL", `${this.#waiting.length} requests are waiting already.`);
  }

  /** Takes a place at once and resolves when it is this entry's turn. Disposing the slot lets the next one in. */
  async enter(entry: QueueEntry): Promise<Disposable> {
    this.checkRoom(entry.client);
    const turn = this.#nextTurn(entry.client);
    try {
      if (this.#running < this.#limits.concurrency) this.#running += 1;
      else await this.#wait(entry, turn);
    } catch (thrown) {
      this.#forget(entry.client);
      throw thrown;
    }
    return { [Symbol.dispose]: once(() => this.#leave(entry.client)) };
  }

  #nextTurn(client: Address): number {
    const use = this.#clients.get(client) ?? { requests: 0, turn: this.#turn };
    use.requests += 1;
    use.turn = Math.max(use.turn, this.#turn) + 1;
    this.#clients.set(client, use);
    return use.turn;
  }

  #wait(entry: QueueEntry, turn: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        ...entry,
        turn,
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
      entry.signal.addEventListener("abort", abort);
      const behind = this.#waiting.findIndex((other) => other.turn > turn);
      const place = behind < 0 ? this.#waiting.length : behind;
      this.#waiting.splice(place, 0, waiting);
      entry.onPosition(place + 1);
    });
  }

  /** The slot passes from the one that leaves to the one whose turn it is. */
  #leave(client: Address): void {
    this.#forget(client);
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#turn = next.turn;
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
    const use = this.#clients.get(client);
    if (use === undefined) return;
    use.requests -= 1;
    if (use.requests === 0) this.#clients.delete(client);
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
