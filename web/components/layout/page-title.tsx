import type { ReactNode } from "react";
import { PageMoment } from "./page-moment.tsx";

interface PageTitleProps {
  readonly children: ReactNode;
  /** What the page shows, in a sentence. */
  readonly lead?: ReactNode;
  /** Whether nothing on the page is of a block. */
  readonly isTimeless?: boolean;
}

/** The page's one main heading, and of which block the page is. */
export function PageTitle({ children, lead, isTimeless = false }: PageTitleProps) {
  return (
    <header className="mb-5">
      <h1 className="text-[1.5rem] leading-tight font-semibold tracking-[-0.02em] text-ink">{children}</h1>
      {lead === undefined ? null : (
        <p className="mt-1 max-w-[75ch] text-pretty text-[0.9375rem] text-ink-soft">{lead}</p>
      )}
      {isTimeless ? null : <PageMoment />}
    </header>
  );
}
