"use client";

import { useEffect } from "react";
import { isOpened } from "../../lib/guard/page-connections.ts";

/**
 * On a page whose policy is open for peers: whatever leads to another page loads it whole, under its own policy. A page that is drawn in
 * place of this one would keep the open one.
 */
export function LeaveByLoading() {
  useEffect(() => {
    // Next follows links and forms further down; what is stopped here is left to the browser.
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      if (link instanceof HTMLAnchorElement && link.origin === location.origin && link.pathname !== location.pathname)
        event.stopPropagation();
    };
    const onSubmit = (event: SubmitEvent) => {
      const action = event.target instanceof HTMLFormElement ? event.target.getAttribute("action") : null;
      if (action?.startsWith("/") === true && !isOpened(action)) event.stopPropagation();
    };
    window.addEventListener("click", onClick, true);
    window.addEventListener("submit", onSubmit, true);
    return () => {
      window.removeEventListener("click", onClick, true);
      window.removeEventListener("submit", onSubmit, true);
    };
  }, []);
  return null;
}
