import type { SheetContent } from "@lloom/protocol/observed/sheets";

type Hour = SheetContent<"uptime">["hours"][number];

/** How an executor answered in an hour: always, sometimes, never; or nobody looked. */
export type HourState = "up" | "partly" | "down" | "unknown";

export interface StripHour {
  /** Unix seconds. */
  readonly hour: number;
  readonly state: HourState;
  readonly calls: number;
  readonly answered: number;
}

const HOUR_SECONDS = 3_600;

function stateOf({ calls, answered }: Pick<Hour, "calls" | "answered">): HourState {
  if (calls === 0) return "unknown";
  if (answered === calls) return "up";
  return answered === 0 ? "down" : "partly";
}

/** The last hours, the oldest first; one in which nobody looked says nothing of the executor. */
export function stripOf(hours: readonly Hour[], now: number, count: number): readonly StripHour[] {
  const byHour = new Map(hours.map((one) => [one.hour, one]));
  const last = Math.floor(now / HOUR_SECONDS) * HOUR_SECONDS;
  return Array.from({ length: count }, (_, index) => {
    const hour = last - (count - 1 - index) * HOUR_SECONDS;
    const { calls = 0, answered = 0 } = byHour.get(hour) ?? {};
    return { hour, state: stateOf({ calls, answered }), calls, answered };
  });
}
