/** How what is pressed and filled in looks on the pages that act. */
export const BUTTON =
  "rounded-md bg-ink px-3.5 py-1.5 text-[0.875rem] font-medium text-paper hover:opacity-90 disabled:cursor-default disabled:opacity-60";
export const PLAIN_BUTTON =
  "rounded-md border border-line-strong px-2.5 py-1 text-[0.875rem] text-ink hover:bg-raised disabled:cursor-default disabled:opacity-60";
export const FIELD =
  "block w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 py-1.5 text-[0.875rem] text-ink placeholder:text-ink-faint";
export const LABEL = "block text-[0.8125rem] text-ink-soft";
