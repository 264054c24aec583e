/** One measured figure, as the benchmark report prints it. */
export interface BenchRow {
  /** What was measured, `subject.figure`. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with; absent where nothing comparable exists. */
  readonly reference?: number;
  /** `value / reference`. */
  readonly ratio?: number;
  /** What has to be held; absent for figures that are only watched. */
  readonly target?: number;
  /** Whether `value` holds `target`; true without one. */
  readonly met: boolean;
}

/** Gas of one step, before it becomes a row. */
export interface GasFigure {
  readonly name: string;
  readonly value: number;
  readonly target?: number;
  readonly reference?: number;
}
