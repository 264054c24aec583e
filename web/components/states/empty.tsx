import type { ReactNode } from "react";

interface EmptyProps {
  /** What is not there yet. */
  readonly title: string;
  /** How it comes to be there. */
  readonly children: ReactNode;
}

/** Says that there is nothing, and what will change that. */
export function Empty({ title, children }: EmptyProps) {
  return (
    <div className="px-4 py-10 text-center" data-testid="empty">
      <p className="font-medium text-ink">{title}</p>
      <p className="mx-auto mt-1 max-w-[52ch] text-[0.875rem] text-ink-soft">{children}</p>
    </div>
  );
}
