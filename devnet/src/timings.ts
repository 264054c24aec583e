import { steadyClock } from "../../node/src/primitives/clock.ts";

/** A step of the start, in seconds since it began. */
export interface Timing {
  readonly step: string;
  readonly from: number;
  readonly to: number;
}

const BAR_WIDTH = 40;

/** Where the time of a start goes. */
export class Timings {
  /** By the steady clock; by default when this process was born. */
  readonly began: number;
  readonly #rows: Timing[] = [];

  constructor(began = 0) {
    this.began = began;
  }

  /** Remembers a step that ends now; `since` by the steady clock. */
  record(step: string, since: number): void {
    this.#rows.push({ step, from: (since - this.began) / 1000, to: this.seconds() });
  }

  /** Since the beginning. */
  seconds(): number {
    return (steadyClock() - this.began) / 1000;
  }

  /** Finished steps in the order in which they began. */
  get rows(): readonly Timing[] {
    return this.#rows.toSorted((a, b) => a.from - b.from);
  }

  /** A line per step, with a bar that shows what ran side by side. */
  table(): string {
    const { rows } = this;
    const end = Math.max(...rows.map(({ to }) => to), 0);
    const width = Math.max(...rows.map(({ step }) => step.length), 0);
    const column = (seconds: number): number => Math.round((seconds / end) * BAR_WIDTH);
    const second = (seconds: number): string => seconds.toFixed(1).padStart(6);
    return rows
      .map(({ step, from, to }) => {
        const bar = `${" ".repeat(column(from))}${"█".repeat(Math.max(column(to) - column(from), 1))}`;
        return `  ${step.padEnd(width)} ${second(from)} to ${second(to)} s ${second(to - from)} s  ${bar}`;
      })
      .join("\n");
  }
}
