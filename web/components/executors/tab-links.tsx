import { TABS, type TabName } from "../../lib/executors/tabs.ts";
import { hrefWith } from "../../lib/list-query.ts";
import { PartLinks } from "../table/part-links.tsx";

interface TabLinksProps {
  readonly path: string;
  readonly current: TabName;
  /** Beside a tab's name: how much there is. */
  readonly counts: Partial<Readonly<Record<TabName, string>>>;
}

/** The parts of an executor's page. */
export const TabLinks = ({ path, current, counts }: TabLinksProps) => (
  <PartLinks
    parts={(Object.entries(TABS) as [TabName, string][]).map(([name, label]) => ({
      label,
      href: hrefWith(path, { tab: name === "earnings" ? undefined : name }),
      isCurrent: name === current,
      count: counts[name],
    }))}
  />
);
