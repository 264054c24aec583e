/** Forms that carry a meaning together with a word, so that no colour has to. */
export type Form = "danger" | "open" | "cleared" | "none";

const PATHS = {
  danger: <path d="M8 1.5 15 14H1Zm0 4.2v4m0 1.6v1.2" stroke="currentColor" strokeWidth="1.6" fill="none" />,
  open: (
    <>
      <circle cx="8" cy="8" r="6" stroke="currentColor" strokeWidth="1.6" fill="none" />
      <path d="M8 4.6V8l2.4 1.6" stroke="currentColor" strokeWidth="1.6" fill="none" />
    </>
  ),
  cleared: <path d="m2.5 8.5 3.7 3.7L13.5 4.4" stroke="currentColor" strokeWidth="1.8" fill="none" />,
  none: <path d="M3 8h10" stroke="currentColor" strokeWidth="1.8" />,
} as const;

const COLORS = {
  danger: "text-madder",
  open: "text-weld-text",
  cleared: "text-verdigris",
  none: "text-ink-faint",
} as const satisfies Record<Form, string>;

interface SignProps {
  readonly form: Form;
  readonly text: string;
  /** Says what it means; shown on hover. */
  readonly hint: string;
  readonly testId?: string;
}

/** A word with its form. */
export function Sign({ form, text, hint, testId }: SignProps) {
  return (
    <span className={`inline-flex items-baseline gap-1.5 ${COLORS[form]}`} title={hint} data-testid={testId}>
      <svg viewBox="0 0 16 16" className="size-3.5 shrink-0 translate-y-0.5" aria-hidden="true">
        {PATHS[form]}
      </svg>
      {text}
    </span>
  );
}
