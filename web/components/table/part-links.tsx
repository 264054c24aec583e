import Link from "next/link";

/** A part of a page that has an address of its own. */
export interface Part {
  readonly label: string;
  readonly href: string;
  readonly isCurrent: boolean;
  /** Beside the name: how much there is. */
  readonly count?: string | undefined;
}

/** The parts of a page; links, so that each can be shared and needs no code. */
export function PartLinks({ parts }: { readonly parts: readonly Part[] }) {
  return (
    <nav aria-label="Parts of this page" className="border-b border-line-strong">
      <ul className="-mb-px flex flex-wrap gap-x-1">
        {parts.map(({ label, href, isCurrent, count }) => (
          <li key={href}>
            <Link
              href={href}
              prefetch={false}
              scroll={false}
              aria-current={isCurrent ? "page" : undefined}
              className="block border-b-2 border-transparent px-2.5 py-1.5 text-ink-soft hover:text-ink aria-[current]:border-weld aria-[current]:font-medium aria-[current]:text-ink"
            >
              {label}
              {count === undefined ? null : (
                <span className="ml-1.5 text-[0.8125rem] font-normal text-ink-faint">{count}</span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
