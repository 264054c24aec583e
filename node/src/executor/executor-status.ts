/** Counts since the start; only for people and metrics. */
export class Counter {
  answered = 0;
  failed = 0;
  refused = 0;
}

/** How an executor is doing. */
export interface ExecutorStatus {
  readonly draining: boolean;
  /** Requests that the backend answers now, and that wait for it. */
  readonly running: number;
  readonly waiting: number;
  /** Since the start. */
  readonly answered: number;
  readonly failed: number;
  readonly refused: number;
  /** Base units that wait to be settled. */
  readonly owed: bigint;
  /** Disputes that have to be answered. */
  readonly disputes: number;
  /** Models on offer. */
  readonly models: readonly string[];
}
