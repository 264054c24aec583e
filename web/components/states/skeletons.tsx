import { formatCount } from "../../lib/format.ts";

/*
 * What stands in for a page until its data is there. Grey threads in the places of the figures, never a figure: a zero on
 * the screen always is a zero on the chain.
 */

const FIRST_SIX = ["a", "b", "c", "d", "e", "f"] as const;
const ROWS = Array.from({ length: 12 }, (_, index) => formatCount(index));

export function FigureStripSkeleton({ columns }: { readonly columns: 3 | 4 | 6 }) {
  const grid = { 3: "sm:grid-cols-3", 4: "grid-cols-2 md:grid-cols-4", 6: "grid-cols-2 md:grid-cols-3 xl:grid-cols-6" }[
    columns
  ];
  return (
    <div className="overflow-hidden rounded-md border border-line bg-line" aria-hidden="true">
      <div className={`grid gap-px ${grid}`}>
        {FIRST_SIX.slice(0, columns).map((key) => (
          <div key={key} className="bg-surface px-4 py-3.5">
            <span className="skeleton h-3.5 w-20" />
            <span className="skeleton mt-2 block h-5 w-28" />
            <span className="skeleton mt-2 block h-3.5 w-24" />
          </div>
        ))}
      </div>
    </div>
  );
}

export function PanelSkeleton({ rows }: { readonly rows: number }) {
  return (
    <div className="panel overflow-hidden" aria-hidden="true">
      <div className="border-b border-line px-4 py-3">
        <span className="skeleton h-4 w-36" />
      </div>
      <div className="divide-y divide-line">
        {ROWS.slice(0, rows).map((key) => (
          <div key={key} className="flex h-10 items-center gap-6 px-4">
            <span className="skeleton h-3.5 w-28" />
            <span className="skeleton h-3.5 w-20" />
            <span className="skeleton ml-auto h-3.5 w-24" />
          </div>
        ))}
      </div>
    </div>
  );
}

interface PageSkeletonProps {
  /** Figures of the strip; none if left out. */
  readonly figures?: 3 | 4 | 6;
  readonly rows?: number;
}

/** A page on its way. */
export function PageSkeleton({ figures, rows = 10 }: PageSkeletonProps) {
  return (
    <div className="space-y-5" data-testid="loading">
      <output className="sr-only">Loading</output>
      <div aria-hidden="true">
        <span className="skeleton block h-7 w-44" />
        <span className="skeleton mt-2 block h-4 w-72 max-w-full" />
      </div>
      {figures === undefined ? null : <FigureStripSkeleton columns={figures} />}
      <PanelSkeleton rows={rows} />
    </div>
  );
}
