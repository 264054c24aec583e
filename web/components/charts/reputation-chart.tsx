import { REPUTATION } from "@lloom/protocol/reputation/parameters";
import { formatDay } from "../../lib/format.ts";
import { type HistoryPoint, historyPoints } from "../../lib/reputation-history.ts";
import type { Reputation } from "../../lib/reputation-rows.ts";

/** Space at both ends, so that no thread is cut. */
const EDGE = 1.5;
/** Space above and below, for the same. */
const MARGIN = 5;
const HEIGHT = 100 + 2 * MARGIN;
const HUNDRED = 100;
const GRADES = [
  { name: "A", from: Number(REPUTATION.gradeAHundredths) },
  { name: "B", from: Number(REPUTATION.gradeBHundredths) },
] as const;

const acrossOf = ({ place }: HistoryPoint): number => EDGE + place * (HUNDRED - 2 * EDGE);
const downOf = (share: number): number => HUNDRED - share * HUNDRED;
/** A line of no length with round ends: a dot that keeps its form while the cloth stretches. */
const dot = (point: HistoryPoint, share: number): string => `M${acrossOf(point)} ${downOf(share)}h0`;

const LEGEND = [
  { mark: "bg-indigo", text: "trust" },
  { mark: "bg-verdigris", text: "share of audits it passes, within its interval" },
] as const;

/** The loom's warp are the epochs in which something happened: each thread an interval, trust and share as knots on it. */
function Cloth({ points }: { readonly points: readonly HistoryPoint[] }) {
  const round = { vectorEffect: "non-scaling-stroke", strokeLinecap: "round" } as const;
  return (
    <svg
      viewBox={`0 -${MARGIN} 100 ${HEIGHT}`}
      preserveAspectRatio="none"
      className="block h-32 w-full"
      aria-hidden="true"
    >
      <path
        d={GRADES.map(({ from }) => `M0 ${HUNDRED - from}H100`).join("")}
        className="stroke-line-strong"
        strokeDasharray="2 4"
        vectorEffect="non-scaling-stroke"
      />
      <path
        d={points.map((point) => `M${acrossOf(point)} ${downOf(point.lower)}V${downOf(point.upper)}`).join("")}
        className="stroke-verdigris opacity-30 [stroke-width:3px] sm:[stroke-width:5px]"
        vectorEffect="non-scaling-stroke"
      />
      <path
        d={points.map((point) => dot(point, point.share)).join("")}
        className="stroke-verdigris [stroke-width:5px] sm:[stroke-width:7px]"
        {...round}
      />
      <path
        d={points.map((point) => dot(point, point.trust)).join("")}
        className="stroke-indigo [stroke-width:6px] sm:[stroke-width:8px]"
        {...round}
      />
    </svg>
  );
}

/** Trust, and the share of audits with its interval, by epoch; the same figures stand in the table below. */
export function ReputationChart({ rows }: { readonly rows: readonly Reputation[] }) {
  const [last, first] = [rows[0], rows.at(-1)];
  if (last === undefined || first === undefined) return null;
  return (
    <div className="border-t border-line px-4 pt-3 pb-2" data-testid="reputation-chart" data-epochs={rows.length}>
      <ul className="flex flex-wrap gap-x-4 text-[0.8125rem] text-ink-soft">
        {LEGEND.map(({ mark, text }) => (
          <li key={text} className="flex items-baseline gap-2">
            <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${mark}`} />
            {text}
          </li>
        ))}
      </ul>
      <div className="mt-2 grid grid-cols-[1fr_auto] gap-x-2">
        <div className="border-t border-b border-t-line border-b-line-strong">
          <Cloth points={historyPoints(rows)} />
        </div>
        <div className="relative w-4 text-[0.75rem] text-ink-faint" aria-hidden="true">
          {GRADES.map(({ name, from }) => (
            <span
              key={name}
              className="absolute -translate-y-1/2"
              style={{ top: `${((HUNDRED - from + MARGIN) / HEIGHT) * HUNDRED}%` }}
            >
              {name}
            </span>
          ))}
        </div>
        <div className="mt-1.5 flex justify-between text-[0.75rem] text-ink-faint tabular-nums">
          <span>{formatDay(first.epochStartsAt)}</span>
          <span>{formatDay(last.epochStartsAt)}</span>
        </div>
      </div>
    </div>
  );
}
