"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";

/** Whether a click leads to another page of the explorer, in this tab. */
function leadsOn(event: MouseEvent): boolean {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement) || link.target !== "" || link.hasAttribute("download")) return false;
  const { origin, pathname, search } = new URL(link.href);
  return origin === location.origin && pathname + search !== location.pathname + location.search;
}

/** A thread along the selvedge while the next page is on its way, so that a click is never without an effect. */
export function PendingThread() {
  const address = `${usePathname()}?${useSearchParams()}`;
  const [leaving, setLeaving] = useState<string>();
  useEffect(() => {
    const onClick = (event: MouseEvent) => leadsOn(event) && setLeaving(address);
    const onSubmit = () => setLeaving(address);
    document.addEventListener("click", onClick, { capture: true });
    document.querySelector("search form")?.addEventListener("submit", onSubmit);
    return () => {
      document.removeEventListener("click", onClick, { capture: true });
      document.querySelector("search form")?.removeEventListener("submit", onSubmit);
    };
  }, [address]);
  return (
    <output className="sr-only" data-testid="pending" data-pending={leaving === address}>
      {leaving === address ? "Loading" : ""}
    </output>
  );
}
