/** What came of one stream, milliseconds of one clock. */
export interface StreamTimes {
  readonly askedMs: number;
  /** When each piece of text arrived. */
  readonly arrivedMs: readonly number[];
  /** All of it came, in order, to its end. */
  readonly isWhole: boolean;
}

/** Silences between two pieces of text. */
export const gapsOf = ({ arrivedMs }: StreamTimes): number[] =>
  arrivedMs.slice(1).map((at, index) => at - (arrivedMs[index] ?? at));

/** Whether a stream broke off, or was silent for longer than `longestMs` before a piece of its text, the first one included. */
export function isStalled(times: StreamTimes, longestMs: number): boolean {
  const [first] = times.arrivedMs;
  if (!times.isWhole || first === undefined) return true;
  return first - times.askedMs > longestMs || gapsOf(times).some((gap) => gap > longestMs);
}

/** How many streams were open at the same time, at most, from their first piece of text to their last. */
export function mostAtOnce(streams: readonly StreamTimes[]): number {
  const steps = streams.flatMap(({ arrivedMs }) => {
    const [first, last] = [arrivedMs[0], arrivedMs.at(-1)];
    return first === undefined || last === undefined
      ? []
      : [
          { at: first, change: 1 },
          { at: last, change: -1 },
        ];
  });
  steps.sort((one, other) => one.at - other.at || other.change - one.change);
  let [open, most] = [0, 0];
  for (const { change } of steps) {
    open += change;
    most = Math.max(most, open);
  }
  return most;
}
