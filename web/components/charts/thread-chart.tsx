"use client";

import { type PointerEvent, useState } from "react";

/** One quantity over time: a row of threads. */
export interface Strand {
  readonly name: string;
  /** What the readout says while no bucket is pointed at. */
  readonly total: string;
  /** Largest value, written at the top line. */
  readonly peak: string;
  readonly tone: "indigo" | "weld";
  /** Share of the peak, 0 to 1, and the exact value in words, one for each bucket. */
  readonly points: readonly { readonly share: number; readonly text: string }[];
}

interface ThreadChartProps {
  readonly strands: readonly Strand[];
  /** What each bucket is called in the readout. */
  readonly labels: readonly string[];
  /** Marks under the chart, by bucket. */
  readonly ticks: readonly { readonly index: number; readonly text: string }[];
}

const HEIGHT = 100;
/** A bucket with anything in it is seen, however small beside the peak. */
const LEAST_HEIGHT = 2.5;

const STROKE = { indigo: "stroke-indigo", weld: "stroke-weld" } as const;

/** Threads keep their width in pixels while the cloth stretches; the more there are, the finer they get. */
const weightOf = (count: number): string =>
  count > 40
    ? "[stroke-width:3px] sm:[stroke-width:6px] xl:[stroke-width:10px]"
    : "[stroke-width:6px] sm:[stroke-width:10px] xl:[stroke-width:16px]";

const heightOf = (share: number): number => (share === 0 ? 0 : Math.max(LEAST_HEIGHT, share * HEIGHT));

/** The loom's warp stands behind every bucket, the threads of the strand rise before it. */
function Threads({ strand, active }: { strand: Strand; active: number | undefined }) {
  const count = strand.points.length;
  const weight = weightOf(count);
  return (
    <svg viewBox={`0 0 ${count} ${HEIGHT}`} preserveAspectRatio="none" className="block h-24 w-full" aria-hidden="true">
      <path
        d={`M0 ${HEIGHT / 2}H${count}`}
        className="stroke-line-strong"
        strokeDasharray="2 4"
        vectorEffect="non-scaling-stroke"
      />
      {active === undefined ? null : <rect x={active} width={1} height={HEIGHT} className="fill-raised" />}
      <path
        d={strand.points.map((_, index) => `M${index + 0.5} 0V${HEIGHT}`).join("")}
        className="stroke-line"
        vectorEffect="non-scaling-stroke"
      />
      {strand.points.map(({ share }, index) =>
        share === 0 ? null : (
          <path
            // biome-ignore lint/suspicious/noArrayIndexKey: a bucket is its place in the series.
            key={index}
            d={`M${index + 0.5} ${HEIGHT}V${HEIGHT - heightOf(share)}`}
            vectorEffect="non-scaling-stroke"
            className={`${STROKE[strand.tone]} ${weight} ${active === undefined || active === index ? "" : "opacity-55"}`}
          />
        ),
      )}
    </svg>
  );
}

function StrandRow({
  strand,
  label,
  active,
}: {
  strand: Strand;
  label: string | undefined;
  active: number | undefined;
}) {
  const point = active === undefined ? undefined : strand.points[active];
  return (
    <div className="pt-3">
      <div className="flex flex-wrap items-baseline gap-x-2 text-[0.8125rem]">
        <span
          aria-hidden="true"
          className={`size-2 self-center rounded-[2px] ${strand.tone === "indigo" ? "bg-indigo" : "bg-weld"}`}
        />
        <span className="text-ink-soft">{strand.name}</span>
        <span className="font-medium text-ink tabular-nums">{point?.text ?? strand.total}</span>
        <span className="text-ink-faint">{label ?? ""}</span>
        <span className="ml-auto text-ink-faint tabular-nums">scale 0 to {strand.peak}</span>
      </div>
      <div className="mt-1.5 border-t border-b border-t-line border-b-line-strong">
        <Threads strand={strand} active={active} />
      </div>
    </div>
  );
}

/** Bars of several quantities over the same time, one row each, read off by pointing. */
export function ThreadChart({ strands, labels, ticks }: ThreadChartProps) {
  const [active, setActive] = useState<number>();
  const count = labels.length;
  const follow = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setActive(Math.max(0, Math.min(count - 1, Math.floor(((event.clientX - left) / width) * count))));
  };
  return (
    <div
      onPointerMove={follow}
      onPointerDown={follow}
      onPointerLeave={() => setActive(undefined)}
      className="touch-pan-y"
    >
      {strands.map((strand) => (
        <StrandRow
          key={strand.name}
          strand={strand}
          active={active}
          label={active === undefined ? undefined : labels[active]}
        />
      ))}
      <div className="relative mt-1.5 h-5 text-[0.75rem] text-ink-faint tabular-nums" aria-hidden="true">
        {ticks.map(({ index, text }) => (
          <span
            key={index}
            className="absolute -translate-x-1/2 whitespace-nowrap first:translate-x-0 last:-translate-x-full"
            style={{ left: `${index === 0 ? 0 : index === count - 1 ? 100 : ((index + 0.5) / count) * 100}%` }}
          >
            {text}
          </span>
        ))}
      </div>
    </div>
  );
}
