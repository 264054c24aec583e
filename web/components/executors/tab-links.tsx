import Link from "next/link";
import { TABS, type TabName } from "../../lib/executors/tabs.ts";
import { hrefWith } from "../../lib/list-query.ts";

interface TabLinksProps {
  readonly path: string;
  readonly current: TabName;
  /** Beside a tab's name: how much there is. */
  readonly counts: Partial<Readonly<Record<TabName, string>>>;
}

/** The parts of an executor's page; links, so that each can be shared and needs no code. */
export function TabLinks({ path, current, counts }: TabLinksProps) {
  return (
    <nav aria-label="Parts of this page" className="border-b border-line-strong">
      <ul className="-mb-px flex flex-wrap gap-x-1">
        {(Object.entries(TABS) as [TabName, string][]).map(([name, label]) => (
          <li key={name}>
            <Link
              href={hrefWith(path, { tab: name === "earnings" ? undefined : name })}
              prefetch={false}
              scroll={false}
              aria-current={name === current ? "page" : undefined}
              className="block border-b-2 border-transparent px-2.5 py-1.5 text-ink-soft hover:text-ink aria-[current]:border-weld aria-[current]:font-medium aria-[current]:text-ink"
            >
              {label}
              {counts[name] === undefined ? null : (
                <span className="ml-1.5 text-[0.8125rem] font-normal text-ink-faint">{counts[name]}</span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
