import Link from "next/link";
import { hrefWith } from "../../lib/list-query.ts";
import { CHART_RANGES, type RangeName } from "../../lib/overview/ranges.ts";

interface RangeLinksProps {
  readonly path: string;
  readonly ranges: readonly RangeName[];
  readonly current: RangeName;
  /** Parameters that stay. */
  readonly keep?: Readonly<Record<string, string | undefined>>;
}

/** The stretches of time that a chart can show; links, so that a view can be shared and needs no code. */
export function RangeLinks({ path, ranges, current, keep = {} }: RangeLinksProps) {
  return (
    <nav aria-label="Range of the chart" className="flex gap-1">
      {ranges.map((name) => (
        <Link
          key={name}
          href={hrefWith(path, { ...keep, range: name })}
          prefetch={false}
          scroll={false}
          aria-current={name === current ? "true" : undefined}
          className="rounded-md border border-transparent px-2 py-0.5 whitespace-nowrap text-ink-soft hover:bg-raised aria-[current]:border-line-strong aria-[current]:font-medium aria-[current]:text-ink"
        >
          {CHART_RANGES[name].label}
        </Link>
      ))}
    </nav>
  );
}
