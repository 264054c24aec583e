import type { ReactNode } from "react";
import { Meaning } from "./meaning.tsx";

/** A list of facts about one thing: name on the left, value on the right, one below the other on a phone. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="divide-y divide-line">{children}</dl>;
}

interface FactProps {
  readonly label: string;
  /** Says what the value is. */
  readonly hint: string;
  readonly children: ReactNode;
}

export function Fact({ label, hint, children }: FactProps) {
  return (
    <div className="grid gap-x-6 gap-y-0.5 px-4 py-2.5 sm:grid-cols-[11rem_1fr]">
      <dt className="text-[0.875rem] text-ink-soft">
        <Meaning meaning={hint}>{label}</Meaning>
      </dt>
      <dd className="min-w-0 text-[0.9375rem] text-ink">{children}</dd>
    </div>
  );
}
