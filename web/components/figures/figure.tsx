import type { ReactNode } from "react";
import type { FigureSource } from "../../lib/figure-sources.ts";
import { currentToken } from "../../lib/token.ts";
import { Meaning } from "./meaning.tsx";

interface FigureProps {
  readonly label: string;
  /** Says what the number is and how it comes about. */
  readonly hint: string;
  /** Its formula and query. */
  readonly source?: FigureSource;
  readonly children: ReactNode;
  /** Whether it is an amount: its name is then followed by the payment token's. */
  readonly isAmount?: boolean;
  /** A second line: the unit, a change, a share. */
  readonly note?: ReactNode;
}

/** One figure of a strip: its name, the number, and a line that puts it into relation. */
export function Figure({ label, hint, source, children, isAmount = false, note }: FigureProps) {
  const unit = isAmount ? currentToken()?.symbol : undefined;
  return (
    <div className="min-w-0 bg-surface px-3 py-3.5 sm:px-4">
      <dt className="text-[0.8125rem] text-ink-soft">
        <Meaning meaning={hint} source={source}>
          {label}
          {unit === undefined ? null : <span className="text-ink-faint"> in {unit}</span>}
        </Meaning>
      </dt>
      <dd className="mt-0.5 text-[1.125rem] leading-tight font-medium [overflow-wrap:anywhere] sm:text-[1.375rem] [&>*]:whitespace-normal tracking-[-0.015em] text-ink">
        {children}
      </dd>
      {note === undefined ? null : <dd className="mt-1 text-[0.8125rem] text-ink-faint">{note}</dd>}
    </div>
  );
}

interface FigureStripProps {
  readonly label: string;
  readonly children: ReactNode;
  /** Figures side by side on a wide screen. */
  readonly columns: 2 | 3 | 4 | 6;
}

const COLUMNS = {
  2: "grid-cols-2",
  3: "sm:grid-cols-3",
  4: "grid-cols-2 md:grid-cols-4",
  6: "grid-cols-2 md:grid-cols-3 xl:grid-cols-6",
} as const;

/** Figures side by side, parted by hairlines. */
export function FigureStrip({ label, children, columns }: FigureStripProps) {
  return (
    <section aria-label={label} className="overflow-hidden rounded-md border border-line bg-line">
      <dl className={`grid gap-px ${COLUMNS[columns]}`}>{children}</dl>
    </section>
  );
}
