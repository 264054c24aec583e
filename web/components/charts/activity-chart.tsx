import type { TokenUnit } from "@lloom/protocol/amounts";
import type { Bucket, BucketWidth, Series } from "../../lib/buckets.ts";
import { WIDTH_SECONDS } from "../../lib/buckets.ts";
import { formatClock, formatCount, formatDay, formatMoney } from "../../lib/format.ts";
import { type Strand, ThreadChart } from "./thread-chart.tsx";

/** Marks under the chart, the outermost at its ends. */
const TICKS = 5;

const SHARE_STEPS = 10_000n;

const maximum = (values: readonly bigint[]): bigint =>
  values.reduce((most, value) => (value > most ? value : most), 0n);
const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
const shareOf = (value: bigint, peak: bigint): number =>
  peak === 0n ? 0 : Math.max(value > 0n ? 1 : 0, Number((value * SHARE_STEPS) / peak)) / Number(SHARE_STEPS);

interface StrandSource {
  readonly name: string;
  readonly tone: Strand["tone"];
  readonly values: readonly bigint[];
  readonly write: (value: bigint) => string;
}

function strandOf({ name, tone, values, write }: StrandSource): Strand {
  const peak = maximum(values);
  const points = values.map((value) => ({ share: shareOf(value, peak), text: write(value) }));
  return { name, tone, total: `${write(sum(values))} in all`, peak: write(peak), points };
}

function labelOf({ start }: Bucket, width: BucketWidth): string {
  if (width === "day") return formatDay(start);
  const until = formatClock(start + WIDTH_SECONDS[width]);
  return width === "minute"
    ? `${formatClock(start)} UTC`
    : `${formatDay(start)}, ${formatClock(start)} to ${until} UTC`;
}

const tickText = ({ start }: Bucket, width: BucketWidth): string =>
  width === "day" ? formatDay(start).replace(/ \d{4}$/, "") : formatClock(start);

function ticksOf({ buckets, width }: Series) {
  const last = buckets.length - 1;
  const places = Array.from({ length: TICKS }, (_, place) => Math.round((place * last) / (TICKS - 1)));
  return places.flatMap((index) => {
    const bucket = buckets[index];
    return bucket === undefined ? [] : [{ index, text: tickText(bucket, width) }];
  });
}

function FiguresTable({ labels, strands }: { labels: readonly string[]; strands: readonly Strand[] }) {
  const busy = labels
    .map((label, index) => ({ label, index }))
    .filter(({ index }) => strands.some((s) => (s.points[index]?.share ?? 0) > 0));
  return (
    <details className="border-t border-line px-4 py-2 text-[0.8125rem] text-ink-soft">
      <summary className="w-fit cursor-pointer rounded hover:text-ink">Figures as a table</summary>
      <table className="mt-2 mb-1 w-full max-w-2xl">
        <caption className="sr-only">
          The chart's figures; stretches of time in which nothing was settled are left out
        </caption>
        <thead>
          <tr className="text-ink-faint">
            <th scope="col" className="py-1 text-left font-normal">
              Time
            </th>
            {strands.map(({ name }) => (
              <th key={name} scope="col" className="py-1 text-right font-normal">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {busy.map(({ label, index }) => (
            <tr key={label} className="border-t border-line">
              <th scope="row" className="py-1 text-left font-normal">
                {label}
              </th>
              {strands.map(({ name, points }) => (
                <td key={name} className="py-1 text-right tabular-nums">
                  {points[index]?.text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** Answers and payment over time; the same figures as a table for those who do not see the bars. */
export function ActivityChart({ series, token }: { readonly series: Series; readonly token: TokenUnit }) {
  const { buckets, width } = series;
  const labels = buckets.map((bucket) => labelOf(bucket, width));
  const strands = [
    strandOf({ name: "Answers", tone: "indigo", values: buckets.map(({ answers }) => answers), write: formatCount }),
    strandOf({
      name: "Paid",
      tone: "weld",
      values: buckets.map(({ paid }) => paid),
      write: (value) => formatMoney(value, token),
    }),
  ];
  return (
    <>
      <div className="px-4 pb-2" data-testid="activity-chart" data-width={width}>
        <ThreadChart strands={strands} labels={labels} ticks={ticksOf(series)} />
      </div>
      <FiguresTable labels={labels} strands={strands} />
    </>
  );
}
