"use client";

import Link from "next/link";
import { hrefWith } from "../../lib/list-query.ts";
import { ACTION_GROUPS, ACTIONS, type ActionName } from "../../lib/wallet/actions.ts";

interface ActionMenuProps {
  readonly current: ActionName | undefined;
  /** The account that the page is about, kept in every link. */
  readonly address: string | undefined;
}

/** Everything that can be done, by what it is about; links, so that each can be shared. */
export function ActionMenu({ current, address }: ActionMenuProps) {
  return (
    <nav aria-label="Actions" className="grid grid-cols-2 gap-x-4 gap-y-4 px-4 py-3 sm:grid-cols-3 lg:grid-cols-1">
      {ACTION_GROUPS.map(([title, actions]) => (
        <section key={title} aria-label={title}>
          <h3 className="text-[0.8125rem] text-ink-faint">{title}</h3>
          <ul className="mt-1">
            {actions.map((name) => (
              <li key={name}>
                <Link
                  href={hrefWith("/account", { address, do: name })}
                  prefetch={false}
                  scroll={false}
                  aria-current={name === current ? "page" : undefined}
                  className="link -mx-1.5 block rounded px-1.5 py-1 text-[0.9375rem] aria-[current]:bg-raised aria-[current]:font-medium aria-[current]:text-ink"
                >
                  {ACTIONS[name].title}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
