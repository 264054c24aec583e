import { LloomError } from "../../errors.ts";
import type { EvidenceTurnLimits } from "../limits.ts";

/** Ends a turn; a second call does nothing. */
export type EndTurn = () => void;

interface Peer {
  running: number;
  /** In the order of their coming. */
  readonly waiting: Set<PromiseWithResolvers<void>>;
}

/** So many questions to one peer at a time; the others wait for their turn, in the order in which they came. */
export class PeerTurns {
  readonly #limits: EvidenceTurnLimits;
  readonly #peers = new Map<string, Peer>();

  constructor(limits: EvidenceTurnLimits) {
    this.#limits = limits;
  }

  /** Throws CANCELLED if the signal comes first, RATE_LIMITED where too many wait, EXECUTOR_TIMEOUT for who has waited for too long. */
  async take(peerId: string, signal: AbortSignal): Promise<EndTurn> {
    if (signal.aborted) throw cancelled();
    const { atATime, waiting, waitMs } = this.#limits;
    const peer = this.#peers.get(peerId) ?? { running: 0, waiting: new Set() };
    this.#peers.set(peerId, peer);
    if (peer.running < atATime) peer.running += 1;
    else if (peer.waiting.size >= waiting)
      throw new LloomError("RATE_LIMITED", `Too many questions to peer ${peerId} wait for their turn.`);
    else await waitIn(peer.waiting, { signal, waitMs, peerId });
    let isOver = false;
    return () => {
      if (!isOver) this.#end(peerId, peer);
      isOver = true;
    };
  }

  #end(peerId: string, peer: Peer): void {
    const [next] = peer.waiting;
    if (next !== undefined) {
      // Its turn goes on to the next.
      peer.waiting.delete(next);
      next.resolve();
      return;
    }
    peer.running -= 1;
    if (peer.running === 0) this.#peers.delete(peerId);
  }
}

interface Waiting {
  readonly signal: AbortSignal;
  readonly waitMs: number;
  readonly peerId: string;
}

async function waitIn(queue: Peer["waiting"], { signal, waitMs, peerId }: Waiting): Promise<void> {
  const turn = Promise.withResolvers<void>();
  const leave = (why: LloomError): void => {
    if (queue.delete(turn)) turn.reject(why);
  };
  const onAbort = (): void => leave(cancelled());
  const late = (): void => leave(new LloomError("EXECUTOR_TIMEOUT", `No turn to ask peer ${peerId} came in time.`));
  queue.add(turn);
  signal.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(late, waitMs);
  try {
    await turn.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

const cancelled = (): LloomError => new LloomError("CANCELLED", "The caller cancelled.");
