import { type ReactNode, useId } from "react";

interface QuestionProps {
  /** What a visitor asks. */
  readonly title: string;
  /** The answer in a sentence, or where it comes from. */
  readonly note: ReactNode;
  readonly children: ReactNode;
}

/** A question of a visitor, with the figures that answer it. */
export function Question({ title, note, children }: QuestionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="space-y-2.5">
      <header className="flex flex-wrap items-baseline gap-x-4">
        <h2 id={id} className="text-[1.0625rem] font-semibold tracking-[-0.01em] text-ink">
          {title}
        </h2>
        <p className="text-[0.8125rem] text-ink-faint">{note}</p>
      </header>
      {children}
    </section>
  );
}
