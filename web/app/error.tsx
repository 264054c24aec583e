"use client";

import { useEffect } from "react";

const RETRY_MS = 5_000;

interface ErrorPageProps {
  readonly error: Error & { readonly digest?: string };
  readonly reset: () => void;
}

/** Shown when a page itself fails; it tries again by itself. */
export default function ErrorPage({ error, reset }: ErrorPageProps) {
  useEffect(() => {
    const timer = setInterval(reset, RETRY_MS);
    return () => clearInterval(timer);
  }, [reset]);
  return (
    <section
      role="alert"
      data-testid="page-error"
      className="rounded-md border border-madder/40 bg-madder-wash px-5 py-6"
    >
      <h1 className="text-[1.0625rem] font-medium text-madder">This page failed</h1>
      <p className="mt-2 max-w-[70ch] text-ink">
        The explorer made a mistake while drawing it. It tries again by itself; if that does not help, report it with
        the code {error.digest ?? "PAGE_FAILED"}.
      </p>
      <button
        type="button"
        onClick={reset}
        className="mt-4 rounded-md bg-ink px-3.5 py-1.5 text-[0.875rem] font-medium text-paper hover:opacity-90"
      >
        Try again
      </button>
    </section>
  );
}
