"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { isOpened } from "../../lib/guard/page-connections.ts";

const PAGES = [
  { href: "/", label: "Overview" },
  { href: "/settlements", label: "Settlements" },
  { href: "/models", label: "Models" },
  { href: "/executors", label: "Executors" },
  { href: "/clients", label: "Clients" },
  { href: "/validators", label: "Validators" },
  { href: "/disputes", label: "Disputes" },
  { href: "/verify", label: "Verify" },
  { href: "/playground", label: "Playground" },
  { href: "/account", label: "Account" },
] as const;

const isWithin = (pathname: string, href: string): boolean =>
  pathname === href || (href !== "/" && pathname.startsWith(`${href}/`));

/** The main pages, with the one that the reader is in marked. */
export function Nav() {
  const pathname = usePathname();
  return (
    <nav aria-label="Main" className="-mx-2 sm:-mx-2.5">
      <ul className="flex flex-wrap text-[0.8125rem] sm:gap-x-1 sm:text-[0.875rem]">
        {PAGES.map(({ href, label }) => {
          // Pages with a policy of their own are loaded whole.
          const To = isOpened(href) ? "a" : Link;
          return (
            <li key={href}>
              <To
                href={href}
                aria-current={isWithin(pathname, href) ? "page" : undefined}
                className="block rounded-md px-2 py-1.5 focus-visible:-outline-offset-2 sm:px-2.5 text-ink-soft hover:bg-raised hover:text-ink aria-[current]:font-medium aria-[current]:text-ink aria-[current]:underline aria-[current]:decoration-weld aria-[current]:decoration-2 aria-[current]:underline-offset-[7px]"
              >
                {label}
              </To>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
