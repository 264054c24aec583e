"use client";

import { useEffect, useState } from "react";

const CONFIRMATION_MS = 1_600;

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for people who cannot see the button: "address", "transaction hash". */
  readonly what: string;
}

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, what }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<"copied" | "refused">();
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), CONFIRMATION_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () =>
    // The clipboard is missing on plain-http pages of other hosts.
    Promise.resolve(
      navigator.clipboard?.writeText(text) ?? Promise.reject(new DOMException("", "NotAllowedError")),
    ).then(
      () => setOutcome("copied"),
      () => setOutcome("refused"),
    );
  const label =
    outcome === undefined ? `Copy ${what}` : outcome === "copied" ? "Copied" : "The browser refused to copy";
  return (
    <button
      type="button"
      onClick={copy}
      title={label}
      className="relative inline-grid size-6 shrink-0 place-items-center rounded text-ink-faint hover:bg-raised hover:text-ink"
    >
      <span className="sr-only" aria-live="polite">
        {label}
      </span>
      <svg
        viewBox="0 0 16 16"
        className="size-3.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        aria-hidden="true"
      >
        {outcome === "copied" ? (
          <path d="m3 8.5 3.2 3.2L13 4.8" stroke="var(--verdigris)" strokeWidth="1.8" strokeLinecap="round" />
        ) : outcome === "refused" ? (
          <path d="m4 4 8 8m0-8-8 8" stroke="var(--madder)" strokeWidth="1.8" strokeLinecap="round" />
        ) : (
          <>
            <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
            <path d="M10.5 3v-.5a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1H4" />
          </>
        )}
      </svg>
    </button>
  );
}
