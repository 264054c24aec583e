import { type ReactNode, useId } from "react";

interface PanelProps {
  readonly title: string;
  /** One line under the title. */
  readonly note?: ReactNode;
  /** What can be done with the panel's content: a link to all of it, a download. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of a page. */
export function Panel({ title, note, actions, children }: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="panel min-w-0 overflow-hidden">
      <header className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b border-line px-4 py-2.5">
        <h2 id={id} className="text-[0.9375rem] font-medium text-ink">
          {title}
        </h2>
        {note === undefined ? null : <p className="text-[0.8125rem] text-ink-faint">{note}</p>}
        {actions === undefined ? null : (
          <div className="ml-auto flex items-baseline gap-4 text-[0.8125rem]">{actions}</div>
        )}
      </header>
      {children}
    </section>
  );
}
