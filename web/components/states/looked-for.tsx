"use client";

import { decoded } from "@lloom/protocol/secret-url";
import { usePathname } from "next/navigation";
import { OutsideText } from "../figures/outside-text.tsx";

/** Longer addresses are nobody's. */
const MAX_LENGTH = 160;

/** What the page's address asks for: its last part. A not-found page is given no parameters, so that it has to look there. */
export function LookedFor() {
  const last = usePathname().split("/").at(-1) ?? "";
  return (
    <p className="font-mono text-[0.875rem] break-all text-ink">
      <OutsideText text={decoded(last)} most={MAX_LENGTH} />
    </p>
  );
}
