import Link from "next/link";
import type { ReactNode } from "react";

interface NotFoundPanelProps {
  readonly title: string;
  /** Why there may be nothing, and what to try. */
  readonly children: ReactNode;
}

/** Says that something is not there, why that may be, and where to go on. */
export function NotFoundPanel({ title, children }: NotFoundPanelProps) {
  return (
    <section className="panel px-5 py-8 sm:px-8" data-testid="not-found">
      <h1 className="text-[1.375rem] leading-tight font-semibold tracking-[-0.02em]">{title}</h1>
      <div className="mt-2 max-w-[70ch] space-y-2 break-words text-ink-soft">{children}</div>
      <ul className="mt-5 flex flex-wrap gap-x-5 gap-y-1 text-[0.9375rem]">
        <li>
          <Link className="link" href="/">
            Overview
          </Link>
        </li>
        <li>
          <Link className="link" href="/settlements">
            Latest settlements
          </Link>
        </li>
        <li>
          <Link className="link" href="/executors">
            Executors
          </Link>
        </li>
      </ul>
    </section>
  );
}
