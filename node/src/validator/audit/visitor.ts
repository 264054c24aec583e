import { epochAt } from "@lloom/protocol/audit-assignments";
import type { Address } from "@lloom/protocol/commitment-types";
import type { Audits } from "../../chain/reputation/audits.ts";
import type { Log } from "../../log.ts";
import { pause } from "../../primitives/pause.ts";
import type { AuditLog } from "../../store/validator/audit-log.ts";
import type { AuditQuestion, CanaryBuyer, CanaryFinding, EndedCanary, KeptAudit } from "./canary-answer.ts";
import { QUIET_SECONDS } from "./plan.ts";

/** Executors that are asked at a time. One that keeps its question open holds no more than its place. */
const MOST_AT_ONCE = 32;
/** How often it is looked whether something else is due while answers are waited for. */
const EVERY_MS = 2_000;

export interface VisitorParts {
  readonly audits: Audits;
  readonly store: AuditLog<AuditQuestion, EndedCanary, CanaryFinding>;
  readonly buyer: CanaryBuyer;
  readonly mostAtOnce?: number;
  readonly everyMs?: number;
  readonly log: Log;
}

/**
 * Asks the canaries that are due: of one executor in their order, as a client asks, and of different ones beside each other, so that
 * nobody waits for another's answer. Each is saved as asked before it is asked. Whoever owns it ends the signal, then disposes of it.
 */
export class Visitor implements AsyncDisposable {
  readonly #parts: VisitorParts;
  readonly #running = new Map<Address, Promise<void>>();
  readonly #failures: unknown[] = [];

  /** What was being asked when the last process ended is lost: nobody knows whether an answer came. */
  constructor(parts: VisitorParts) {
    this.#parts = parts;
    const lost = parts.store.loseAsked();
    if (lost > 0) parts.log.info({ lost }, "canaries were being asked when this node ended");
  }

  /** Goes on until nothing is due and nobody is being asked. Throws what the chain and the log throw; who is being asked goes on then. */
  async visit(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#start(signal);
      if (this.#running.size > 0) await this.#change(signal);
      if (this.#failures.length > 0) throw this.#failures.shift();
      if (this.#running.size === 0 && !(await this.#hasDue())) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { mostAtOnce = MOST_AT_ONCE } = this.#parts;
    for (const due of await this.#due()) {
      if (this.#running.size >= mostAtOnce || signal.aborted) return;
      const { executor } = due;
      if (this.#running.has(executor)) continue;
      const work = this.#ask(due, signal)
        .catch((thrown: unknown) => void this.#failures.push(thrown))
        .finally(() => this.#running.delete(executor));
      this.#running.set(executor, work);
    }
  }

  async #hasDue(): Promise<boolean> {
    return (await this.#due()).length > 0;
  }

  /** The earliest first; nothing at the epoch's end. */
  async #due(): Promise<readonly KeptAudit[]> {
    const { audits, store } = this.#parts;
    const nowSeconds = await audits.chain.nowSeconds();
    const epoch = epochAt(nowSeconds, audits.epochSeconds);
    const isQuiet = nowSeconds > (epoch + 1n) * audits.epochSeconds - QUIET_SECONDS;
    return isQuiet ? [] : store.dueCanaries(epoch, nowSeconds);
  }

  /** Until somebody's answer is here, or it is time to look what else is due. */
  async #change(signal: AbortSignal): Promise<void> {
    const changed = new AbortController();
    const waiting = pause(this.#parts.everyMs ?? EVERY_MS, AbortSignal.any([signal, changed.signal]));
    await Promise.race([...this.#running.values(), waiting]);
    changed.abort();
  }

  async #ask({ id, executor, model, epoch, question }: KeptAudit, signal: AbortSignal): Promise<void> {
    const { store, buyer, log } = this.#parts;
    store.markAsked(id);
    const reply = await buyer.ask({ id, executor, model, epoch, canary: question.canary }, signal);
    // An answer that this node gave up on says nothing of who was asked; the next start finds it as lost.
    if (signal.aborted) return;
    if (reply.type === "unanswered") {
      store.markUnanswered(id);
      log.info({ executor, problem: reply.problem }, "a canary was not answered");
    } else if (reply.type === "unasked") {
      store.markLost(id);
      log.warn({ executor, problem: reply.problem }, "a canary could not be asked");
    } else store.saveAnswer(id, reply, reply.responseHash);
  }
}
