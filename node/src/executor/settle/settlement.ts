import type { PaidLane } from "@lloom/protocol/channel-money";
import type { Address, Receipt } from "@lloom/protocol/commitment-types";
import type { PairOutcome } from "../../chain/account/settle.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Clock } from "../../primitives/clock.ts";
import { Mutex } from "../../primitives/mutex.ts";
import { pause } from "../../primitives/pause.ts";
import { PROBES } from "../../primitives/probes.ts";
import type { LaneKey, SettlementLog, UnsettledLane } from "../../store/executor/settlement-log.ts";
import { afterRejection, type Hold, laneKey, lanesToSettle, settlementPauseMs } from "./settlement-rules.ts";

export interface SettlementOptions {
  readonly store: SettlementLog;
  /** Sends the transactions and waits for them; throws when nothing was settled, as far as is known. */
  readonly settle: (receipts: readonly [Receipt, ...Receipt[]], signal: AbortSignal) => Promise<readonly PairOutcome[]>;
  /** How far the chain has settled a lane; ends with the signal, also when the chain's server hangs. */
  readonly readLane: (lane: LaneKey, signal: AbortSignal) => Promise<PaidLane>;
  /** What a client's channel holds has changed. */
  readonly onPaid: (client: Address) => void;
  /** Base units. */
  readonly settleAmount: bigint;
  readonly settleAgeMs: number;
  readonly checkMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Lanes of one call. */
const ROUND_LANES = 512;
/** Lanes that are read from the chain at the same time. */
const READS_AT_ONCE = 16;

/**
 * Turns receipts into earnings: looks at the rules every little while, settles what they say, notes what the chain did.
 * After a failure whose end is not known, it asks the chain before it tries again; a second settlement of the same receipt
 * would be refused by the contract in any case. A refused pair is noted with its reason, not sent for ever.
 */
export class Settlement implements AsyncDisposable {
  readonly #options: SettlementOptions;
  readonly #holds = new Map<string, Hold>();
  readonly #urgent = new Set<Address>();
  /** Lanes of which the chain may know more than the log. */
  readonly #unsure = new Map<string, LaneKey>();
  readonly #closed = new AbortController();
  readonly #running: Promise<void>;
  /** One round at a time. */
  readonly #rounds = new Mutex();
  /** What the next look would find, so that it is not taken in vain. */
  #owed = 0n;
  #oldestAtMs = Number.POSITIVE_INFINITY;
  #heldUntilMs = Number.POSITIVE_INFINITY;

  constructor(options: SettlementOptions) {
    this.#options = options;
    // Others may have settled while this node was away, or it may have ended in the middle.
    for (const lane of options.store.unsettled()) this.#unsure.set(laneKey(lane), lane);
    this.#running = this.#run();
  }

  /** Base units that wait to be settled, without what is held. */
  get owed(): bigint {
    return this.#owed;
  }

  /** An answer worth so much was signed. */
  noteAnswer(cost: bigint): void {
    this.#owed += cost;
    this.#oldestAtMs = Math.min(this.#oldestAtMs, this.#options.clock());
  }

  /** The client takes its money back: settle before it is gone. */
  urge(client: Address): void {
    this.#urgent.add(client);
  }

  /** The client's channel was filled: what it did not cover may be paid now. */
  lift(client: Address): void {
    for (const key of this.#holds.keys()) if (key.startsWith(`${client}/`)) this.#holds.delete(key);
    this.#heldUntilMs = 0;
  }

  /**
   * Settles everything that is owed; tries again while the chain does not answer, until the signal. A round under way, which
   * may hang, is not waited for longer than that either.
   */
  async settleAll(signal: AbortSignal): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        const eitherEnd = AbortSignal.any([signal, this.#closed.signal]);
        await untilAborted(
          this.#rounds.run(() => this.#round("all", eitherEnd)),
          signal,
        );
        return;
      } catch (thrown) {
        const error = asLloomError(thrown);
        if (signal.aborted || !error.retryable) throw error;
        await pause(settlementPauseMs(failures, 0), signal);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#running;
    await this.#rounds.idle();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (this.#isDue()) await this.#rounds.run(() => this.#round(this.#urgent, signal));
        failures = 0;
      } catch (thrown) {
        failures += 1;
        const { code, message } = asLloomError(thrown);
        if (!signal.aborted) this.#options.log.warn({ code, problem: message, failures }, "settlement put off");
      }
      await pause(settlementPauseMs(failures, this.#options.checkMs), signal);
    }
  }

  #isDue(): boolean {
    const { clock, settleAmount, settleAgeMs } = this.#options;
    const nowMs = clock();
    if (this.#unsure.size > 0 || this.#urgent.size > 0 || this.#heldUntilMs <= nowMs) return true;
    return (this.#owed > 0n && this.#owed >= settleAmount) || nowMs - this.#oldestAtMs >= settleAgeMs;
  }

  async #round(urgent: ReadonlySet<Address> | "all", signal: AbortSignal): Promise<void> {
    const { store, clock, settleAmount, settleAgeMs } = this.#options;
    if (signal.aborted) throw new LloomError("CANCELLED", "Stopped before everything was settled.");
    await this.#askChain(signal);
    const hurried = [...this.#urgent];
    const due = lanesToSettle({
      lanes: store.unsettled(),
      holds: this.#holds,
      nowMs: clock(),
      settleAmount,
      settleAgeMs,
      urgent,
    });
    for (let start = 0; start < due.length; start += ROUND_LANES)
      await this.#settle(due.slice(start, start + ROUND_LANES), signal);
    for (const client of hurried) this.#urgent.delete(client);
    this.#lookAhead(store.unsettled());
  }

  /** Notes what the chain has paid for lanes that are in doubt. */
  async #askChain(signal: AbortSignal): Promise<void> {
    const lanes = [...this.#unsure.values()];
    for (let start = 0; start < lanes.length; start += READS_AT_ONCE) {
      await Promise.all(lanes.slice(start, start + READS_AT_ONCE).map((lane) => this.#learn(lane, signal)));
    }
  }

  async #learn(lane: LaneKey, signal: AbortSignal): Promise<bigint> {
    const { store, readLane, onPaid } = this.#options;
    const settled = await untilAborted(readLane(lane, signal), signal);
    onPaid(lane.client);
    store.markSettled({ client: lane.client, lane: lane.lane, ...settled });
    store.clearSettling([lane]);
    this.#unsure.delete(laneKey(lane));
    return settled.cost;
  }

  async #settle(lanes: readonly UnsettledLane[], signal: AbortSignal): Promise<void> {
    const { store, settle, log } = this.#options;
    const [first, ...others] = lanes.map(({ receipt }) => receipt);
    if (first === undefined) return;
    store.markSettling(lanes.map(({ client, lane, receipt }) => ({ client, lane, nonce: receipt.request.nonce })));
    for (const lane of lanes) this.#unsure.set(laneKey(lane), lane);
    const outcomes = await settle([first, ...others], signal).catch((thrown: unknown): never => {
      PROBES.settled.tell({ outcome: "failed", lanes: lanes.length });
      throw thrown;
    });
    for (const { status } of outcomes) PROBES.settled.tell({ outcome: status, lanes: 1 });
    for (const [index, lane] of lanes.entries()) {
      const outcome = outcomes[index];
      if (outcome !== undefined) await this.#conclude(lane, outcome, signal);
    }
    log.info({ lanes: lanes.length, paid: outcomes.filter(({ status }) => status === "paid").length }, "settled");
    // What went through is noted; the lanes of the transactions that did not are unsure, and the next try asks about them.
    const failed = outcomes.find((outcome) => outcome.status === "failed");
    if (failed !== undefined) throw failed.error;
  }

  async #conclude(lane: UnsettledLane, outcome: PairOutcome, signal: AbortSignal): Promise<void> {
    const { store, onPaid, log } = this.#options;
    const { client, receipt } = lane;
    const { nonce } = receipt.request;
    if (outcome.status === "failed") return;
    this.#hold(lane);
    if (outcome.status === "paid") {
      onPaid(client);
      store.markSettled({ client, lane: lane.lane, nonce, cost: outcome.laneCost });
      this.#unsure.delete(laneKey(lane));
      return;
    }
    const consequence = afterRejection(
      outcome.reason,
      await this.#learn(lane, signal),
      receipt.response.cumulativeCost,
    );
    log.warn({ client, lane: lane.lane, nonce, reason: outcome.reason, consequence }, "receipt not taken");
    if (consequence === "writeOff") store.writeOff(lane, outcome.reason);
  }

  /** Not again with the same receipt, for a while. A lane that is paid in full or given up is open no more, and neither is its hold. */
  #hold(lane: UnsettledLane): void {
    const untilMs = this.#options.clock() + this.#options.settleAgeMs;
    this.#holds.set(laneKey(lane), { nonce: lane.receipt.request.nonce, untilMs });
  }

  #lookAhead(lanes: readonly UnsettledLane[]): void {
    const open = new Set(lanes.map(laneKey));
    for (const key of this.#holds.keys()) if (!open.has(key)) this.#holds.delete(key);
    const free = lanes.filter((lane) => this.#holds.get(laneKey(lane))?.nonce !== lane.receipt.request.nonce);
    this.#owed = free.reduce((sum, { amountOwed }) => sum + amountOwed, 0n);
    this.#oldestAtMs = Math.min(Number.POSITIVE_INFINITY, ...free.map(({ oldestAtMs }) => oldestAtMs));
    this.#heldUntilMs = Math.min(Number.POSITIVE_INFINITY, ...[...this.#holds.values()].map(({ untilMs }) => untilMs));
  }
}
