import Link from "next/link";
import { formatCount, formatQuantity } from "../../lib/format.ts";
import { hrefWith, type ListQuery } from "../../lib/list-query.ts";
import type { Page } from "../../lib/shapes.ts";

interface PagerProps {
  readonly path: string;
  readonly query: ListQuery;
  readonly page: Page<unknown>;
  /** What the rows are, in the singular. */
  readonly noun: string;
  /** Parameters that stay while turning pages. */
  readonly keep?: Readonly<Record<string, string | undefined>>;
}

const CLASSES = "rounded-md border px-3 py-1";

function Turn({ label, href }: { label: string; href: string | undefined }) {
  return href === undefined ? (
    <span aria-disabled="true" className={`${CLASSES} border-line text-ink-faint opacity-60`}>
      {label}
    </span>
  ) : (
    <Link href={href} prefetch={false} className={`${CLASSES} border-line-strong text-ink hover:bg-raised`}>
      {label}
    </Link>
  );
}

/** How many rows there are, and the way to the next. */
export function Pager({ path, query, page, noun, keep = {} }: PagerProps) {
  const kept = { ...keep, sort: query.sort, dir: query.direction };
  const hrefOf = (name: "before" | "after", cursor: string | undefined) =>
    cursor === undefined ? undefined : hrefWith(path, { ...kept, [name]: cursor });
  return (
    <nav
      aria-label={`Pages of ${noun}s`}
      className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-2.5 text-[0.8125rem]"
    >
      <p className="mr-auto text-ink-faint tabular-nums">
        {page.items.length === page.totalCount
          ? formatQuantity(page.totalCount, noun)
          : `${formatCount(page.items.length)} of ${formatQuantity(page.totalCount, noun)}`}
      </p>
      {page.previous === undefined && page.next === undefined ? null : (
        <>
          <Turn label="Previous" href={hrefOf("before", page.previous)} />
          <Turn label="Next" href={hrefOf("after", page.next)} />
        </>
      )}
    </nav>
  );
}
