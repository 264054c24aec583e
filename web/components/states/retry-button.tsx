"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";

/** Draws the page again. */
export function RetryButton() {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  return (
    <button
      type="button"
      disabled={isPending}
      onClick={() => startTransition(() => router.refresh())}
      className="rounded-md bg-ink px-3.5 py-1.5 text-[0.875rem] font-medium text-paper hover:opacity-90 disabled:opacity-60"
    >
      {isPending ? "Trying…" : "Try again"}
    </button>
  );
}
