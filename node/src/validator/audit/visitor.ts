import { epochAt } from "@lloom/protocol/audit-assignments";
import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { Audits } from "../../chain/reputation/audits.ts";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { pause } from "../../primitives/pause.ts";
import type { AuditLog } from "../../store/validator/audit-log.ts";
import type { Random } from "../canary/draw.ts";
import type {
  AuditQuestion,
  CanaryBuyer,
  CanaryFinding,
  EndedCanary,
  KeptAudit,
  TracesOrder,
  TracesReply,
} from "./canary-answer.ts";
import { drawTracesAgainAt, drawTracesAt, QUIET_SECONDS, reportDueAt, tracesDueAt, WAIT_SECONDS } from "./plan.ts";

/** Executors that are asked at a time. One that keeps its question open holds no more than its place. */
const MOST_AT_ONCE = 32;
/** How often it is looked whether something else is due while answers are waited for. */
const EVERY_MS = 2_000;

export interface VisitorParts {
  readonly audits: Audits;
  readonly store: AuditLog<AuditQuestion, EndedCanary, CanaryFinding>;
  readonly buyer: CanaryBuyer;
  readonly random: Random;
  readonly mostAtOnce?: number;
  readonly everyMs?: number;
  readonly log: Log;
}

/**
 * Asks the canaries that are due, and for the traces of visits that are over: of one executor in their order, as a client
 * asks, and of different ones beside each other, so that nobody waits for another's answer. Each is saved as asked before it
 * is asked. Whoever owns it ends the signal, then disposes of it.
 */
export class Visitor implements AsyncDisposable {
  readonly #parts: VisitorParts;
  /** By the executor that is asked, and by the visit whose traces are. */
  readonly #running = new Map<string, Promise<void>>();
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
      if (this.#running.size === 0 && (await this.#due(signal)).length === 0) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { mostAtOnce = MOST_AT_ONCE } = this.#parts;
    for (const { key, work } of await this.#due(signal)) {
      if (this.#running.size >= mostAtOnce || signal.aborted) return;
      if (this.#running.has(key)) continue;
      const running = work()
        .catch((thrown: unknown) => void this.#failures.push(thrown))
        .finally(() => this.#running.delete(key));
      this.#running.set(key, running);
    }
  }

  /** Questions, the earliest first, and then traces. */
  async #due(signal: AbortSignal): Promise<readonly Work[]> {
    const { audits, store } = this.#parts;
    const { epochSeconds } = audits;
    const nowSeconds = await audits.chain.nowSeconds();
    const epoch = epochAt(nowSeconds, epochSeconds);
    const isQuiet = nowSeconds > (epoch + 1n) * epochSeconds - QUIET_SECONDS;
    const questions = isQuiet ? [] : store.dueCanaries(epoch, nowSeconds);
    const visits = Map.groupBy(store.dueTraces(nowSeconds), (one) => `traces of ${one.executor} ${one.epoch}`);
    return [
      ...questions.map((due) => ({ key: due.executor, work: () => this.#ask(due, signal) })),
      ...[...visits].flatMap(([key, visit]) => {
        const [{ executor, epoch: of } = expectOne()] = visit;
        // Its last question is still open.
        if (this.#running.has(executor) && nowSeconds < tracesDueAt(visited(of, epoch), epochSeconds)) return [];
        return [{ key, work: () => this.#fetch(visit, nowSeconds, signal) }];
      }),
    ];
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
    const { canary, maxPrice, returnsFrom } = question;
    const reply = await buyer.ask({ id, executor, model, epoch, canary, maxPrice, returnsFrom }, signal);
    // An answer that this node gave up on says nothing of who was asked; the next start finds it as lost.
    if (signal.aborted) return;
    if (reply.type === "unanswered") {
      store.markUnanswered(id);
      log.info({ executor, problem: reply.problem }, "a canary was not answered");
    } else if (reply.type === "unasked") {
      store.markLost(id);
      log.warn({ executor, problem: reply.problem }, "a canary could not be asked");
    } else {
      const traceAt = await this.#traceAt(reply, { executor, epoch, question });
      // Once they are asked for, the key is known: all that waited for it is asked for then.
      if (traceAt !== undefined && returnsFrom !== undefined && !question.waits)
        store.hastenTraces(executor, epoch, traceAt);
      store.saveAnswer(id, reply, reply.responseHash, traceAt);
    }
  }

  /** One time for the whole visit; `undefined` where there is nothing to ask for. */
  async #traceAt(
    reply: EndedCanary,
    { executor, epoch, question }: Pick<KeptAudit, "executor" | "epoch" | "question">,
  ): Promise<bigint | undefined> {
    if (reply.type !== "answered" || reply.answer.traceRoot === ZERO_HASH) return undefined;
    const { store, audits, random } = this.#parts;
    const decided = store.traceAtOf(executor, epoch);
    if (decided !== undefined) return decided;
    return question.waits
      ? (await audits.chain.nowSeconds()) + WAIT_SECONDS
      : drawTracesAt(epoch, audits.epochSeconds, random);
  }

  /** Asks for the traces of a visit; each that comes is saved, and what does not is asked for again until they are due. */
  async #fetch(visit: readonly KeptAudit[], nowSeconds: bigint, signal: AbortSignal): Promise<void> {
    const { store, buyer, audits, random } = this.#parts;
    const answers = visit.flatMap(({ id, answer }) => (answer?.type === "answered" ? [{ id, answer }] : []));
    const [{ executor, model, epoch, question } = expectOne()] = visit;
    const now = epochAt(nowSeconds, audits.epochSeconds);
    // If nobody has come back in time, what the key asked since goes with it; who visits now is another.
    if (question.waits) store.hastenTraces(executor, now - 1n, nowSeconds);
    const reply = await buyer.traces({ executor, model, epoch, answers }, signal);
    if (signal.aborted) return;
    const shown = reply.type === "asked" ? reply.shown : new Map<number, readonly Hex[]>();
    for (const { id, answer } of answers) {
      const leaves = shown.get(id);
      if (leaves !== undefined) store.saveTrace(id, { ...answer, answer: { ...answer.answer, leaves } });
    }
    const missing = answers.filter(({ id }) => !shown.has(id));
    if (missing.length === 0) return;
    const { epochSeconds } = audits;
    const of = visited(epoch, now);
    const lastAt = (reply.type === "asked" ? tracesDueAt : reportDueAt)(of, epochSeconds);
    if (nowSeconds < lastAt)
      store.postponeTraces(executor, epoch, drawTracesAgainAt({ epoch: of, nowSeconds }, epochSeconds, random));
    else this.#conclude({ executor, epoch }, missing, reply);
  }

  /** What was not shown when it was due: who was there hid it, and who was away did not answer. */
  #conclude(
    { executor, epoch }: Pick<KeptAudit, "executor" | "epoch">,
    missing: TracesOrder["answers"],
    reply: TracesReply,
  ): void {
    const { store, log } = this.#parts;
    // Who shows some was there, too: else it would be away for those alone that it cheated in.
    const hasShown = store
      .ofEpoch(epoch)
      .some((one) => one.executor === executor && one.answer?.type === "answered" && one.answer.answer.leaves);
    for (const { id, answer } of missing) {
      if (reply.type === "unasked") store.markLost(id);
      else if (reply.isReachable || hasShown) store.saveTrace(id, answer);
      else store.markUnanswered(id);
    }
    if (reply.type === "unasked") log.warn({ executor, problem: reply.problem }, "traces could not be asked for");
    else log.info({ executor, missing: missing.length, isReachable: reply.isReachable }, "traces were not shown");
  }
}

/** The epoch by whose end traces are asked for: of a visit that waited, the one before this. */
const visited = (epoch: bigint, now: bigint): bigint => (epoch < now - 1n ? now - 1n : epoch);

/** Something that is due; `key`: what is done one at a time. */
interface Work {
  readonly key: string;
  readonly work: () => Promise<void>;
}

function expectOne(): never {
  throw new LloomError("INTERNAL", "A visit has a canary.");
}
