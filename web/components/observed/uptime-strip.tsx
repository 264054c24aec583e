import { formatClock, formatDay, formatQuantity } from "../../lib/format.ts";
import type { Observation } from "../../lib/observer/read-sheet.ts";
import { type HourState, type StripHour, stripOf } from "../../lib/observer/uptime-strip.ts";
import { UnseenNote } from "./unseen-note.tsx";

/** Hours that the strip shows: two days. */
const HOURS = 48;
const HEIGHT = 28;

const FILL: Readonly<Record<HourState, string>> = {
  up: "fill-verdigris",
  partly: "fill-weld",
  down: "fill-madder",
  unknown: "fill-line",
};
/** So that no colour has to be seen: what answers less is lower. */
const SHARE: Readonly<Record<HourState, number>> = { up: 1, partly: 0.6, down: 0.3, unknown: 0.1 };
const WORDS: Readonly<Record<HourState, string>> = {
  up: "answered always",
  partly: "answered sometimes",
  down: "did not answer",
  unknown: "nobody looked",
};
const STATES = Object.keys(WORDS) as HourState[];

const textOf = ({ hour, state, calls, answered }: StripHour): string =>
  `${formatDay(hour)}, ${formatClock(hour)}: ${WORDS[state]}${calls === 0 ? "" : `, ${answered} of ${formatQuantity(calls, "call")}`}`;

function Strip({ hours }: { readonly hours: readonly StripHour[] }) {
  const counts = STATES.map((state) => ({ state, count: hours.filter((one) => one.state === state).length }));
  const told = counts
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${WORDS[state]} in ${formatQuantity(count, "hour")}`)
    .join(", ");
  return (
    <div className="px-4 py-3" data-testid="uptime-strip">
      <svg
        viewBox={`0 0 ${HOURS} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`The last ${HOURS} hours: ${told}`}
        className="block h-8 w-full"
      >
        {hours.map((hour, index) => (
          <rect
            key={hour.hour}
            x={index + 0.1}
            width={0.8}
            y={HEIGHT * (1 - SHARE[hour.state])}
            height={HEIGHT * SHARE[hour.state]}
            className={FILL[hour.state]}
            data-state={hour.state}
          >
            <title>{textOf(hour)}</title>
          </rect>
        ))}
      </svg>
      <div className="mt-1 flex justify-between text-[0.75rem] text-ink-faint tabular-nums">
        <span>{HOURS} h ago</span>
        <span>now</span>
      </div>
      <p className="mt-1 text-[0.8125rem] text-ink-soft">By hour of UTC: {told}.</p>
    </div>
  );
}

interface UptimeStripProps {
  readonly uptime: Observation<"uptime">;
  readonly now: number;
}

/** How an executor answered the observer's calls, hour by hour, as status pages show it. */
export function UptimeStrip({ uptime, now }: UptimeStripProps) {
  return uptime.state === "seen" ? (
    <Strip hours={stripOf(uptime.content.hours, now, HOURS)} />
  ) : (
    <UnseenNote state={uptime.state} />
  );
}
